namespace JobScheduler.Bench.Load;

/// <summary>A number of jobs, each due every second, on one receiver; the schedulers run against it one after the other.</summary>
/// <param name="jobs">How many.</param>
/// <param name="seconds">That are measured.</param>
/// <param name="warmup">Seconds before them, with all jobs running.</param>
internal sealed class LoadScenario(BenchReceiver receiver, int jobs, int seconds, int warmup)
{
    public const string Ours = "JobScheduler";

    /// <summary>The counters are read between two bursts.</summary>
    private static readonly TimeSpan BeforeBurst = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(4);

    /// <param name="scheduler"><see cref="Ours"/>, <c>quartz-ram</c>, <c>quartz-postgres</c> or <c>sockets</c>.</param>
    public Task<LoadResult> RunAsync(string scheduler) => scheduler switch
    {
        Ours => RunOursAsync(),
        SocketsProcess.Name => RunSocketsAsync(),
        "quartz-ram" => RunQuartzAsync(scheduler, null),
        "quartz-postgres" => RunQuartzOnPostgresAsync(scheduler),
        _ => throw new ArgumentException($"There is no scheduler '{scheduler}'."),
    };

    private async Task<LoadResult> RunOursAsync()
    {
        await using var postgres = await BenchPostgres.StartAsync();
        using var host = await HostUnderTest.StartAsync(postgres);
        await host.CreateJobsAsync(jobs, new { schedule = "* * * * * *", api = receiver.Hit });
        return await MeasureAsync(host, postgres);
    }

    /// <summary>Ours, with the jobs running already; other jobs that are not due meanwhile may be there.</summary>
    public Task<LoadResult> MeasureAsync(HostUnderTest host, BenchPostgres postgres) =>
        MeasureAsync(Ours, host.Process, postgres, async (from, to) => await postgres.CompletedAsync(from, to));

    private async Task<LoadResult> RunSocketsAsync()
    {
        using var sockets = await ChildProcess.StartAsync(ChildProcess.Bench, [SocketsProcess.Name, receiver.Hit, $"{jobs}"], SocketsProcess.Ready);
        return await MeasureAsync(SocketsProcess.Name, sockets, null, (_, _) => Task.FromResult<int?>(null));
    }

    private async Task<LoadResult> RunQuartzOnPostgresAsync(string scheduler)
    {
        await using var postgres = await BenchPostgres.StartAsync();
        return await RunQuartzAsync(scheduler, postgres);
    }

    private async Task<LoadResult> RunQuartzAsync(string scheduler, BenchPostgres? postgres)
    {
        string[] arguments = [QuartzProcess.Name, receiver.Hit, $"{jobs}", .. postgres is null ? [] : new[] { postgres.ConnectionString }];
        using var quartz = await ChildProcess.StartAsync(ChildProcess.Bench, arguments, QuartzProcess.Ready);
        return await MeasureAsync(scheduler, quartz, postgres, (_, _) => Task.FromResult<int?>(null));
    }

    private async Task<LoadResult> MeasureAsync(
        string scheduler, ChildProcess process, BenchPostgres? postgres, Func<DateTimeOffset, DateTimeOffset, Task<int?>> recorded)
    {
        async Task<DatabaseCounters?> CountersAsync() => postgres is null ? null : await DatabaseCounters.ReadAsync(postgres.DataSource);

        var from = Clock.SecondAfter(TimeSpan.FromSeconds(warmup));
        var to = from.AddSeconds(seconds);
        await CountersAsync();
        await Clock.UntilAsync(from - BeforeBurst);
        var (cpu, counters) = (process.ProcessorTime, await CountersAsync());
        await Clock.UntilAsync(to - BeforeBurst);
        (cpu, counters) = (process.ProcessorTime - cpu, await CountersAsync() is { } now ? now - counters! : null);
        await Task.Delay(Aftermath);
        var arrivals = await receiver.ReportAsync(from, to);
        return LoadResult.Of(scheduler, jobs, seconds, arrivals, await recorded(from, to), cpu, process.ResidentMegabytes, counters);
    }
}
