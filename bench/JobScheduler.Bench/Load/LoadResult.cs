namespace JobScheduler.Bench.Load;

/// <summary>One line of the load bench's table.</summary>
/// <param name="Values">One a column of <see cref="Columns"/>; NaN: not known of this scheduler.</param>
/// <param name="Broken">P1 or P3 did not hold for our own scheduler.</param>
internal sealed record LoadResult(string Scheduler, int Jobs, IReadOnlyList<double> Values, bool Broken)
{
    private static readonly (string Name, string Format)[] Columns =
    [
        ("expected", "0"), ("arrived", "0"), ("recorded", "0"), ("early", "0"),
        ("p50 ms", "0.00"), ("p90 ms", "0.00"), ("p99 ms", "0.00"), ("max ms", "0.00"),
        ("exec/s", "0"), ("cpu ms", "0.000"), ("pg ms", "0.000"), ("commits", "0.0000"), ("WAL B", "0"), ("dead", "0.00"), ("MB", "0"),
    ];

    public IEnumerable<string> Cells =>
        [Scheduler, $"{Jobs}", .. Values.Zip(Columns, (v, c) => double.IsNaN(v) ? "-" : v.ToString(c.Format, null)), Broken ? "BROKEN" : ""];

    public static Table NewTable() => new(24, ["scheduler", "jobs", .. Columns.Select(c => c.Name)]);

    /// <param name="recorded">Occurrences with an outcome in the history; <c>null</c> for a peer.</param>
    /// <param name="database">What PostgreSQL did meanwhile; <c>null</c> for a scheduler without.</param>
    public static LoadResult Of(
        string scheduler, int jobs, int seconds, ArrivalReport arrivals, int? recorded, TimeSpan cpu, double megabytes, DatabaseCounters? database)
    {
        var (expected, n, late) = (jobs * seconds, Math.Max(1.0, arrivals.Arrived), arrivals.Lateness);
        return new(
            scheduler,
            jobs,
            [
                expected, arrivals.Arrived, recorded ?? double.NaN, arrivals.Early, late.P50, late.P90, late.P99, late.Max, n / seconds,
                cpu.TotalMilliseconds / n,
                database?.ProcessorTime.TotalMilliseconds / n ?? double.NaN,
                database?.Commits / n ?? double.NaN,
                database?.WalBytes / n ?? double.NaN,
                database?.DeadTuples / n ?? double.NaN,
                megabytes,
            ],
            recorded is { } outcomes && !arrivals.Keeps(expected, outcomes));
    }

    /// <summary>Column by column, over rounds of the same.</summary>
    public static LoadResult MedianOf(IReadOnlyCollection<LoadResult> rounds) => new(
        rounds.First().Scheduler,
        rounds.First().Jobs,
        [.. Columns.Select((_, column) => Median([.. rounds.Select(r => r.Values[column]).Order()]))],
        rounds.Any(r => r.Broken));

    public string RatiosTo(LoadResult peer)
    {
        string Ratio(string column) => $"{column} {this[column] / peer[column]:0.00}";
        return $"  ours / {peer.Scheduler}: {Ratio("p50 ms")}, {Ratio("p90 ms")}, {Ratio("p99 ms")}, {Ratio("max ms")}, {Ratio("cpu ms")}";
    }

    /// <summary>Of the scheduler and of PostgreSQL, an execution.</summary>
    public double ProcessorMs => this["cpu ms"] + this["pg ms"];

    private double this[string column] => Values[Array.FindIndex(Columns, c => c.Name == column)];

    private static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
