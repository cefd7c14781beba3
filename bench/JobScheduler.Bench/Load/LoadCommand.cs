using System.Globalization;

namespace JobScheduler.Bench.Load;

/// <summary>
/// <c>load --jobs 1,200,1000 --seconds 20 --peer quartz-ram --peer quartz-postgres</c>: for each number of jobs, all due every second, starts
/// receiver, PostgreSQL and scheduler as processes of their own and prints a line; likewise each peer, with the ratios to it.
/// Fails when a call came early, or an occurrence was not called or not recorded once.
/// </summary>
internal static class LoadCommand
{
    public const string Name = "load";

    public static async Task<int> RunAsync(string[] args)
    {
        var jobs = new List<int> { 1, 200, 1000 };
        var seconds = 20;
        var peers = new List<string>();
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--jobs": jobs = [.. args[i + 1].Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))]; break;
                case "--seconds": seconds = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--peer" when args[i + 1] is "quartz-ram" or "quartz-postgres": peers.Add(args[i + 1]); break;
                default:
                    await Console.Error.WriteLineAsync($"Unknown: {args[i]} {args[i + 1]}. Known are --jobs N,N --seconds N --peer quartz-ram|quartz-postgres.");
                    return 2;
            }
        }

        var broken = false;
        Console.WriteLine(LoadResult.Header);
        foreach (var count in jobs)
        {
            await using var scenario = await LoadScenario.StartAsync(count, seconds);
            var ours = await scenario.RunJobSchedulerAsync();
            Console.WriteLine(ours);
            broken |= ours.Broken;
            foreach (var peer in peers)
            {
                var theirs = await scenario.RunQuartzAsync(persistent: peer == "quartz-postgres");
                Console.WriteLine(theirs);
                Console.WriteLine(ours.RatiosTo(theirs));
            }
        }

        return broken ? 1 : 0;
    }
}
