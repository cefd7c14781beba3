using JobScheduler.Testing;

namespace JobScheduler.EndToEndTests;

public sealed class LoadTests
{
    [Fact]
    public async Task Thousand_jobs_a_second_are_all_called_and_recorded()
    {
        await using var receiver = await Receiver.StartAsync();
        using var directory = new ServerDirectory();
        using var host = HostProcess.Start(directory);
        using var api = await host.ApiAsync();
        var jobs = new List<string>();
        foreach (var batch in Enumerable.Range(0, 1000).Chunk(20))
        {
            jobs.AddRange(await Task.WhenAll(batch.Select(_ => api.CreateAsync(new { schedule = "* * * * * *", api = receiver.Url + "/" }))));
        }

        await receiver.WaitForAsync("/", 15_000);

        var until = DateTimeOffset.UtcNow.AddSeconds(-2);
        receiver.Calls.ShouldAllBe(c => c.ArrivedAt >= c.ScheduledFor);
        receiver.Calls.Select(c => c.ExecutionId).ShouldBeUnique();
        foreach (var job in jobs)
        {
            var ledger = await ApiClient.UntilAsync(() => api.LedgerAsync(job, until), l => l["open"] == 0);
            ledger["completed"].ShouldBe(ledger["expected"]);
        }
    }
}
