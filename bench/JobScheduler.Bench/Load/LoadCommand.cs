namespace JobScheduler.Bench.Load;

/// <summary>
/// <c>load --jobs 1,200,1000 --seconds 20 --peer quartz-ram,quartz-postgres --rounds 3</c>: a line for each number of jobs and scheduler,
/// the ratios to each peer, and with several rounds their medians. Ours runs first in odd rounds and last in even ones. With <c>--connections new</c> the
/// receiver closes each after one call; the bare sockets cannot do that.
/// </summary>
internal static class LoadCommand
{
    public static readonly BenchCommand Command = new(
        "load",
        "jobs due every second; lateness and cost an execution, beside Quartz.NET, or the bare sockets, with --peer quartz-ram,quartz-postgres,sockets",
        new Dictionary<string, string> { ["jobs"] = "1,200,1000", ["seconds"] = "20", ["warmup"] = "12", ["rounds"] = "1", ["peer"] = "", ["connections"] = "kept" },
        RunAsync);

    private static async Task<int> RunAsync(BenchOptions options)
    {
        string[] schedulers = [LoadScenario.Ours, .. options.Words("peer")];
        var broken = false;
        var table = LoadResult.NewTable();
        foreach (var jobs in options.Numbers("jobs"))
        {
            var results = new List<LoadResult>();
            for (var round = 1; round <= options.Number("rounds"); round++)
            {
                using var receiver = await BenchReceiver.StartAsync(closes: options.Words("connections") is ["new"]);
                var scenario = new LoadScenario(receiver, jobs, options.Number("seconds"), options.Number("warmup"));
                foreach (var scheduler in round % 2 == 1 ? schedulers : [.. schedulers.Reverse()])
                {
                    results.Add(await scenario.RunAsync(scheduler));
                    table.Add(results[^1].Cells);
                }
            }

            var medians = results.GroupBy(r => r.Scheduler).Select(rounds => LoadResult.MedianOf([.. rounds])).ToList();
            var ours = medians.Single(m => m.Scheduler == LoadScenario.Ours);
            if (options.Number("rounds") > 1) medians.ForEach(m => table.Add((m with { Scheduler = $"{m.Scheduler}, median" }).Cells));
            foreach (var peer in medians.Where(m => m != ours)) Console.WriteLine(ours.RatiosTo(peer));
            broken |= ours.Broken;
        }

        return broken ? 1 : 0;
    }
}
