namespace JobScheduler.Bench.Load;

/// <summary>
/// <c>dashboards --jobs 1000 --open 5</c>: jobs due every second, in turns without and with open pages of the dashboard; what these cost, and
/// what they do to lateness.
/// </summary>
internal static class DashboardsCommand
{
    public static readonly BenchCommand Command = new(
        "dashboards",
        "jobs every second without and with open pages of the dashboard: lateness, and what an open page costs",
        new Dictionary<string, string> { ["jobs"] = "1000", ["open"] = "5", ["seconds"] = "15", ["warmup"] = "10", ["rounds"] = "2" },
        RunAsync);

    private static async Task<int> RunAsync(BenchOptions options)
    {
        var (count, open, seconds) = (options.Number("jobs"), options.Number("open"), options.Number("seconds"));
        using var receiver = await BenchReceiver.StartAsync();
        await using var postgres = await BenchPostgres.StartAsync();
        using var host = await HostUnderTest.StartAsync(postgres);
        var job = (await host.CreateJobsAsync(count, new { schedule = "* * * * * *", api = receiver.Hit })).First();
        string[] pages = ["/", "/ui/jobs", $"/ui/jobs/{job}", "/ui/events", "/ui/alerts"];

        var scenario = new LoadScenario(receiver, count, seconds, options.Number("warmup"));
        var table = LoadResult.NewTable();
        var (alone, beside) = (new List<LoadResult>(), new List<LoadResult>());
        var readers = new List<Reader>();
        for (var round = 0; round < options.Number("rounds"); round++)
        {
            alone.Add(await scenario.MeasureAsync(host, postgres));
            table.Add(alone[^1].Cells);
            using var closed = new CancellationTokenSource();
            var opened = Enumerable.Range(0, open).Select(i => new Reader(host.Http, pages[i % pages.Length])).ToList();
            readers.AddRange(opened);
            var following = opened.Select(r => r.FollowAsync(closed.Token)).ToList();
            beside.Add(await scenario.MeasureAsync(host, postgres));
            await closed.CancelAsync();
            await Task.WhenAll(following);
            table.Add(["with pages open", .. beside[^1].Cells.Skip(1)]);
        }

        var (without, with) = (LoadResult.MedianOf(alone), LoadResult.MedianOf(beside));
        Console.WriteLine($"{with.RatiosTo(without)} (with {open} pages open / without)");
        var share = (with.ProcessorMs - without.ProcessorMs) * count / 1000 * 100 / open;
        Console.WriteLine(
            $"  an open page costs {share:0.00} % of a core, host and PostgreSQL together (goal: 2 %); {readers.Sum(r => r.Looks)} looks, "
            + $"{readers.Sum(r => r.ServerTime.TotalMilliseconds) / readers.Sum(r => r.Looks):0.0} ms each");
        return without.Broken || with.Broken ? 1 : 0;
    }
}
