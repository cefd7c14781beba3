using System.Diagnostics;

namespace JobScheduler.Bench.Load;

/// <summary><c>history --executions 10000000 --jobs 1000</c>: how long the reading calls take over a long history; nothing is scheduled.</summary>
internal static class HistoryCommand
{
    public static readonly BenchCommand Command = new(
        "history",
        "a long history; each reading call's time (goal: 20 ms)",
        new Dictionary<string, string> { ["executions"] = "10000000", ["jobs"] = "1000", ["calls"] = "50" },
        RunAsync);

    private const int Sample = 60;

    private static async Task<int> RunAsync(BenchOptions options)
    {
        var (jobs, calls) = (options.Number("jobs"), options.Number("calls"));
        var minutes = options.Number("executions") / jobs;
        await using var postgres = await BenchPostgres.StartAsync();
        await postgres.CreateTablesAsync();
        var seeding = Stopwatch.StartNew();
        var end = Clock.MinuteAfter(TimeSpan.FromMinutes(-2));
        var seed = new JobSeed(postgres);
        await seed.AddAsync(jobs, "http://127.0.0.1:9/never", "'0 * * * * *'::text", end.AddMinutes(-minutes), "minute");
        var differences = await seed.DifferencesAsync();
        var executions = await new HistorySeed(postgres).AddAsync(options.Number("executions"), end, Sample, withLog: true);
        await postgres.VacuumAsync();
        var size = await postgres.CountAsync("select pg_database_size(current_database())");
        Console.WriteLine(
            $"{(long)minutes * jobs} executions of {jobs} jobs, {await postgres.CountAsync($"select count(*) from {BenchPostgres.Schema}.mt_events")} events, {size >> 20} MB, seeded in {seeding.Elapsed.TotalSeconds:0} s; "
            + $"{differences} of a sample of jobs differ from their projection");

        using var host = await HostUnderTest.StartAsync(postgres, schedules: false);
        var fine = await new ReadEndpoints(host, await postgres.SomeJobsAsync(Sample), executions).MeasureAsync(calls);
        return fine && differences == 0 ? 0 : 1;
    }
}
