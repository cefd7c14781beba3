using System.Diagnostics;

namespace JobScheduler.Bench.Load;

/// <summary>
/// <c>grow --jobs 1,200 --registered 1000,1000000 --history 100000</c>: for each number of registered jobs, due daily, and each size of the history,
/// jobs due every second are run beside them, and then the reading calls are timed.
/// </summary>
internal static class GrowCommand
{
    public static readonly BenchCommand Command = new(
        "grow",
        "how lateness, CPU, memory and reading calls grow with jobs due, jobs registered and executions recorded",
        new Dictionary<string, string>
        {
            ["jobs"] = "1,200,1000,3000,5000", ["registered"] = "1000,100000,1000000", ["history"] = "100000,10000000", ["seconds"] = "8",
            ["warmup"] = "8", ["calls"] = "20",
        },
        RunAsync);

    private const int Sample = 60;
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(3);

    private static async Task<int> RunAsync(BenchOptions options)
    {
        var broken = false;
        foreach (var registered in options.Numbers("registered"))
        {
            foreach (var history in options.Numbers("history")) broken |= await RunAsync(options, registered, history);
        }

        return broken ? 1 : 0;
    }

    private static async Task<bool> RunAsync(BenchOptions options, int registered, int history)
    {
        using var receiver = await BenchReceiver.StartAsync();
        await using var postgres = await BenchPostgres.StartAsync();
        await postgres.CreateTablesAsync();
        var seeding = Stopwatch.StartNew();
        var seed = new JobSeed(postgres);
        var now = DateTimeOffset.UtcNow;
        await seed.AddDailyAsync(registered, receiver.Hit, now);
        // A day ago and earlier: the jobs' own occurrences come after it.
        var executions = await new HistorySeed(postgres).AddAsync(history, Clock.MinuteAfter(TimeSpan.FromDays(-1)), Sample);
        await seed.SaveCheckpointAsync();
        await postgres.VacuumAsync();
        var size = await postgres.CountAsync("select pg_database_size(current_database())");
        var starting = Stopwatch.StartNew();
        using var host = await HostUnderTest.StartAsync(postgres);
        var probe = await host.CreateJobsAsync(1, new { schedule = "* * * * * *", api = receiver.Hit });
        await receiver.FirstArrivalAsync();
        Console.WriteLine(
            $"{registered} jobs registered, {history} executions recorded, {size >> 20} MB: seeded in {seeding.Elapsed.TotalSeconds:0} s, "
            + $"schedules after {starting.Elapsed.TotalSeconds:0.0} s");
        await host.DeleteJobsAsync(probe);

        var broken = false;
        var table = LoadResult.NewTable();
        foreach (var due in options.Numbers("jobs"))
        {
            var jobs = await host.CreateJobsAsync(due, new { schedule = "* * * * * *", api = receiver.Hit });
            var result = await new LoadScenario(receiver, due, options.Number("seconds"), options.Number("warmup")).MeasureAsync(host, postgres);
            table.Add(result.Cells);
            broken |= result.Broken;
            await host.DeleteJobsAsync(jobs);
            await Task.Delay(Aftermath);
        }

        var reads = new ReadEndpoints(host, await postgres.SomeJobsAsync(Sample), executions);
        Console.WriteLine($"  reading calls, p50 / p99 ms: {await reads.SlowestAsync(options.Number("calls"), count: 4)}");
        return broken;
    }
}
