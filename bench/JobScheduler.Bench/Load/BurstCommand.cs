using System.Diagnostics;

namespace JobScheduler.Bench.Load;

/// <summary>
/// <c>burst --jobs 10000 --bursts 2</c>: all jobs due at the top of each minute. The first burst meets a host that has just started.
/// </summary>
internal static class BurstCommand
{
    public static readonly BenchCommand Command = new(
        "burst",
        "jobs due together at the top of the minute; until all are sent (goal: 2 s) and recorded",
        new Dictionary<string, string> { ["jobs"] = "10000", ["bursts"] = "2" },
        RunAsync);

    private static readonly TimeSpan Goal = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(250);

    private static async Task<int> RunAsync(BenchOptions options)
    {
        var jobs = options.Number("jobs");
        using var receiver = await BenchReceiver.StartAsync();
        await using var postgres = await BenchPostgres.StartAsync();
        using var host = await HostUnderTest.StartAsync(postgres);
        var creating = Stopwatch.StartNew();
        await host.CreateJobsAsync(jobs, new { schedule = "0 * * * * *", api = receiver.Hit });
        Console.WriteLine($"{jobs} jobs created in {creating.Elapsed.TotalSeconds:0.0} s");

        var broken = false;
        var table = new Table(
            10, "minute", "jobs", "arrived", "calls", "early", "first ms", "last ms", "p50 ms", "p90 ms", "p99 ms", "max ms", "recorded", "until ms",
            "MB", "peak MB");
        for (var burst = 0; burst < options.Number("bursts"); burst++) broken |= !await MeasureAsync(table, jobs, receiver, postgres, host);
        return broken ? 1 : 0;
    }

    private static async Task<bool> MeasureAsync(Table table, int jobs, BenchReceiver receiver, BenchPostgres postgres, HostUnderTest host)
    {
        // Claims begin a second before: what was created later than that is not part of the burst.
        var minute = Clock.MinuteAfter(TimeSpan.FromSeconds(3));
        await Clock.UntilAsync(minute + Goal);
        var (recorded, until) = await UntilRecordedAsync(jobs, minute, postgres);
        var arrivals = await receiver.ReportAsync(minute, minute.AddSeconds(1));
        var whole = arrivals.Keeps(jobs, recorded);
        string Past(DateTimeOffset? instant) => instant is { } at ? $"{(at - minute).TotalMilliseconds:0.00}" : "-";
        table.Add([
            $"{minute:HH:mm:ss}", $"{jobs}", $"{arrivals.Arrived}", $"{arrivals.Calls}", $"{arrivals.Early}",
            Past(arrivals.First), Past(arrivals.Last), .. arrivals.Lateness.Cells, $"{recorded}", $"{until.TotalMilliseconds:0}",
            $"{host.Process.ResidentMegabytes:0}", $"{host.Process.PeakMegabytes:0}",
            whole ? arrivals.Last - minute > Goal ? "MISSES THE GOAL" : "" : "BROKEN",
        ]);
        return whole;
    }

    /// <summary>When all are recorded, or <see cref="Patience"/> is over: how many are, and how long past the minute that was.</summary>
    private static async Task<(int Recorded, TimeSpan Until)> UntilRecordedAsync(int jobs, DateTimeOffset minute, BenchPostgres postgres)
    {
        int recorded;
        while ((recorded = await postgres.CompletedAsync(minute, minute.AddSeconds(1))) < jobs && DateTimeOffset.UtcNow < minute + Patience)
        {
            await Task.Delay(LookAgainAfter);
        }

        // By the log's own clock: it does not depend on when we look.
        await using var command = postgres.DataSource.CreateCommand(
            $"select max(recorded_at) from {BenchPostgres.Schema}.executions where scheduled_for = $1");
        command.Parameters.Add(new() { Value = minute });
        return (recorded, await command.ExecuteScalarAsync() is DateTime last ? last - minute.UtcDateTime : Patience);
    }
}
