using JobScheduler.Testing;

namespace JobScheduler.EndToEndTests;

public sealed class CrashTests
{
    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_the_host_is_killed_in_mid_run()
    {
        await using var receiver = await Receiver.StartAsync();
        using var directory = new ServerDirectory();
        var release = new TaskCompletionSource();
        receiver.Answer("/hangs", _ => release.Task);
        const int Jobs = 50;
        string hanging, once;
        List<string> jobs = [];
        using (var host = HostProcess.Start(directory))
        {
            using var api = await host.ApiAsync();
            for (var i = 0; i < Jobs; i++) jobs.Add(await api.CreateAsync(new { schedule = "* * * * * *", api = $"{receiver.Url}/job-{i}" }));
            hanging = await api.CreateAsync(new { schedule = "0 0 0 1 1 *", api = receiver.Url + "/hangs" });
            once = await api.CreateAsync(new { schedule = "0 0 0 1 1 *", api = receiver.Url + "/hangs", type = "AT_MOST_ONCE" });
            await api.SendAsync(HttpMethod.Post, $"/jobs/{hanging}/run");
            await api.SendAsync(HttpMethod.Post, $"/jobs/{once}/run");
            await receiver.WaitForAsync("/hangs", 2);
            await receiver.WaitForAsync($"/job-{Jobs - 1}", 3);
            host.Kill();
        }

        release.SetResult();
        using var again = HostProcess.Start(directory);
        using var apiAgain = await again.ApiAsync();
        var calls = receiver.CallsOf("/job-0").Count;
        await receiver.WaitForAsync("/job-0", calls + 3);

        (await receiver.WaitForAsync("/hangs", 3)).Where(c => c.JobId == Guid.Parse(hanging)).Select(c => c.ExecutionId).Distinct().Count().ShouldBe(1);
        receiver.CallsOf("/hangs").Count(c => c.JobId == Guid.Parse(once)).ShouldBe(1);
        var unknown = await ApiClient.UntilAsync(() => apiAgain.ExecutionsAsync(once), e => e.Any(x => x["status"]!.GetValue<string>() == "FAILED"));
        unknown.Single()["failure"]!.GetValue<string>().ShouldBe("OUTCOME_UNKNOWN");

        var until = DateTimeOffset.UtcNow.AddSeconds(-3);
        foreach (var job in jobs)
        {
            var ledger = await ApiClient.UntilAsync(() => apiAgain.LedgerAsync(job, until), l => l["open"] == 0);
            ledger["unaccounted"].ShouldBe(0);
            (ledger["completed"] + ledger["missed"]).ShouldBe(ledger["expected"]);
            (await apiAgain.ExecutionsAsync(job)).Select(e => e["scheduledFor"]!.GetValue<string>()).ShouldBeUnique();
        }
    }
}
