using System.Diagnostics;

namespace JobScheduler.Bench.Load;

/// <summary>
/// <c>million --jobs 1000000 --every-second 10</c>: a store of many jobs, due daily, none within an hour, and a few that are
/// due every second: start, memory, edits, idle processor time and the reading calls.
/// </summary>
internal static class MillionCommand
{
    public static readonly BenchCommand Command = new(
        "million",
        "many daily jobs and a few every second; start to first call, memory, edits, idle CPU, reading calls",
        new Dictionary<string, string> { ["jobs"] = "1000000", ["every-second"] = "10", ["edits"] = "10", ["seconds"] = "10", ["calls"] = "20" },
        RunAsync);

    private const int Sample = 60;

    private static async Task<int> RunAsync(BenchOptions options)
    {
        var (count, often, seconds) = (options.Number("jobs"), options.Number("every-second"), options.Number("seconds"));
        using var receiver = await BenchReceiver.StartAsync();
        await using var postgres = await BenchPostgres.StartAsync();
        var everySecond = await SeedAsync(postgres, receiver, count, often);

        var starting = DateTimeOffset.UtcNow;
        using var host = await HostUnderTest.StartAsync(postgres);
        var serving = DateTimeOffset.UtcNow - starting;
        var first = await receiver.FirstArrivalAsync();
        Console.WriteLine(
            $"start: answers after {serving.TotalSeconds:0.0} s, first call after {(first - starting).TotalSeconds:0.0} s (goal: 15 s); {Memory()}");

        var whole = await SteadyAsync(receiver, postgres, host, everySecond, seconds);
        whole &= await new EditProbe(host, receiver).RunAsync(everySecond[0], options.Number("edits"));
        foreach (var id in everySecond) await host.PauseAsync(id);
        await Task.Delay(TimeSpan.FromSeconds(3));
        Console.WriteLine($"idle: {await ProcessorShareAsync(host, seconds):0.00} % of one core with nothing due (goal: 2 %); {Memory()}");

        foreach (var page in new[] { "/", "/ui/jobs", "/ui/jobs?q=bench&state=ACTIVE", $"/ui/jobs/{everySecond[0]}", "/ui/alerts", "/ui/events", "/ui/projections" })
        {
            var looks = new[] { await LookAsync(host, page), await LookAsync(host, page), await LookAsync(host, page) };
            Console.WriteLine($"page {page}: {string.Join(", then ", looks.Select(ms => $"{ms:0}"))} ms (goal: 200 ms)");
        }

        var fine = await new ReadEndpoints(host, await postgres.SomeJobsAsync(Sample), []).MeasureAsync(options.Number("calls"));
        Console.WriteLine($"after the reading calls: {Memory()}");
        return whole && fine ? 0 : 1;

        string Memory() => $"{host.Process.ResidentMegabytes:0} MB resident, {host.Process.PeakMegabytes:0} MB at the most (goal: 1024)";
    }

    private static async Task<IReadOnlyList<Guid>> SeedAsync(BenchPostgres postgres, BenchReceiver receiver, int count, int often)
    {
        await postgres.CreateTablesAsync();
        var seeding = Stopwatch.StartNew();
        var seed = new JobSeed(postgres);
        var now = DateTimeOffset.UtcNow;
        await seed.AddDailyAsync(count, receiver.Hit, now.AddMinutes(-2));
        await new HistorySeed(postgres).AddAsync(executions: count, Clock.MinuteAfter(TimeSpan.FromDays(-1)), streams: 0);
        await postgres.VacuumAsync();
        // Last: an occurrence that passes before the host starts is a late one.
        var ids = await seed.AddAsync(often, receiver.Hit, "'* * * * * *'::text", DateTimeOffset.UtcNow, "second");
        var differences = await seed.DifferencesAsync();
        await seed.SaveCheckpointAsync();
        var size = await postgres.CountAsync("select pg_database_size(current_database())");
        Console.WriteLine(
            $"{count} daily jobs and {often} every second, {size >> 20} MB, seeded in {seeding.Elapsed.TotalSeconds:0} s; "
            + $"{differences} of a sample differ from their projection");
        return differences == 0 ? ids : throw new InvalidOperationException("The seed is not what the projection would have made.");
    }

    /// <summary>The jobs that are due every second, with all others in the heap.</summary>
    private static async Task<bool> SteadyAsync(
        BenchReceiver receiver, BenchPostgres postgres, HostUnderTest host, IReadOnlyCollection<Guid> jobs, int seconds)
    {
        var from = Clock.SecondAfter(TimeSpan.FromSeconds(10));
        var to = from.AddSeconds(seconds);
        await Clock.UntilAsync(from.AddMilliseconds(-300));
        var share = await ProcessorShareAsync(host, seconds);
        await Clock.UntilAsync(to.AddSeconds(2));
        var arrivals = await receiver.ReportAsync(from, to);
        var (expected, recorded) = (jobs.Count * seconds, await postgres.CompletedAsync(from, to, jobs));
        var whole = arrivals.Keeps(expected, recorded);
        var table = new Table(14, "every second", "expected", "arrived", "recorded", "early", "p50 ms", "p90 ms", "p99 ms", "max ms", "CPU %");
        table.Add([
            $"{jobs.Count} jobs", $"{expected}", $"{arrivals.Arrived}", $"{recorded}", $"{arrivals.Early}", .. arrivals.Lateness.Cells, $"{share:0.00}",
            whole ? "" : "BROKEN",
        ]);
        return whole;
    }

    /// <summary>Until the whole page is there, in ms.</summary>
    private static async Task<double> LookAsync(HostUnderTest host, string page)
    {
        var elapsed = Stopwatch.StartNew();
        using var answer = await host.Http.GetAsync(page);
        answer.EnsureSuccessStatusCode();
        return elapsed.Elapsed.TotalMilliseconds;
    }

    /// <summary>In percent of one core.</summary>
    private static async Task<double> ProcessorShareAsync(HostUnderTest host, int seconds)
    {
        var (cpu, elapsed) = (host.Process.ProcessorTime, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        return (host.Process.ProcessorTime - cpu) / elapsed.Elapsed * 100;
    }
}
