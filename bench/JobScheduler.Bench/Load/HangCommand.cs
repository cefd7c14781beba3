namespace JobScheduler.Bench.Load;

/// <summary>
/// <c>hang --jobs 200 --hanging 500</c>: jobs on a receiver that answers, measured before and while other jobs, as often due, are on a
/// receiver that hangs for 30 s a call, so that their line only grows.
/// </summary>
internal static class HangCommand
{
    public static readonly BenchCommand Command = new(
        "hang",
        "jobs every second, alone and beside others whose receiver hangs for 30 s; the first ones' lateness in both times",
        new Dictionary<string, string> { ["jobs"] = "200", ["hanging"] = "500", ["seconds"] = "12", ["warmup"] = "6" },
        RunAsync);

    private const string EverySecond = "* * * * * *";
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(2);

    private static async Task<int> RunAsync(BenchOptions options)
    {
        var (seconds, warmup) = (options.Number("seconds"), TimeSpan.FromSeconds(options.Number("warmup")));
        using var answering = await BenchReceiver.StartAsync();
        using var hanging = await BenchReceiver.StartAsync();
        await using var postgres = await BenchPostgres.StartAsync();
        using var host = await HostUnderTest.StartAsync(postgres);
        var table = new Table(
            16, "phase", "expected", "arrived", "recorded", "early", "p50 ms", "p90 ms", "p99 ms", "max ms", "MB", "peak MB", "open", "hanging",
            "of them early");

        var jobs = await host.CreateJobsAsync(options.Number("jobs"), new { schedule = EverySecond, api = answering.Hit });
        var (alone, whole) = await PhaseAsync("alone");
        // Longer than a call hangs: none is a timeout.
        await host.CreateJobsAsync(options.Number("hanging"), new { schedule = EverySecond, api = $"{hanging.Url}/hang/30", timeout = "60s" });
        var (beside, stillWhole) = await PhaseAsync("beside hanging");

        Console.WriteLine(
            $"  beside hanging / alone: p50 {beside.P50 / alone.P50:0.00}, p90 {beside.P90 / alone.P90:0.00}, p99 {beside.P99 / alone.P99:0.00}, "
            + $"max {beside.Max / alone.Max:0.00}");
        Console.WriteLine($"  {await host.SamplesAsync("jobscheduler_calls")}");
        return whole && stillWhole ? 0 : 1;

        async Task<(Distribution Lateness, bool Whole)> PhaseAsync(string name)
        {
            var from = Clock.SecondAfter(warmup);
            var to = from.AddSeconds(seconds);
            await Clock.UntilAsync(to + Aftermath);
            var arrivals = await answering.ReportAsync(from, to);
            var others = await hanging.ReportAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
            var (expected, recorded) = (jobs.Count * seconds, await postgres.CompletedAsync(from, to, jobs));
            var open = await postgres.CountAsync($"select count(*) from {BenchPostgres.Schema}.open_executions");
            var whole = arrivals.Keeps(expected, recorded) && others.Early == 0;
            table.Add([
                name, $"{expected}", $"{arrivals.Arrived}", $"{recorded}", $"{arrivals.Early}", .. arrivals.Lateness.Cells,
                $"{host.Process.ResidentMegabytes:0}", $"{host.Process.PeakMegabytes:0}", $"{open}", $"{others.Arrived}", $"{others.Early}",
                whole ? "" : "BROKEN",
            ]);
            return (arrivals.Lateness, whole);
        }
    }
}
