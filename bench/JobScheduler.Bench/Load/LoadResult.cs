using System.Globalization;

namespace JobScheduler.Bench.Load;

/// <summary>One line of the load bench's table.</summary>
/// <param name="Recorded">Occurrences with an outcome in the history; <c>null</c> for a peer.</param>
internal sealed record LoadResult(
    string Scheduler, int Jobs, int Seconds, int Expected, ArrivalReport Arrivals, int? Recorded, TimeSpan HostCpu, double HostMegabytes, DatabaseCounters? Database)
{
    public static string Header { get; } = string.Format(
        CultureInfo.InvariantCulture,
        "{0,-16} {1,6} {2,8} {3,8} {4,8} {5,5} {6,8} {7,8} {8,8} {9,8} {10,8} {11,8} {12,8} {13,8} {14,8} {15,8} {16,7}",
        "scheduler", "jobs", "expected", "arrived", "recorded", "early", "p50 ms", "p90 ms", "p99 ms", "max ms", "exec/s", "cpu ms", "pg ms", "commits", "WAL B", "dead", "MB");

    /// <summary>P1 or P3 does not hold for our own scheduler.</summary>
    public bool Broken => Recorded is not null && (Arrivals.Arrived != Expected || Recorded != Expected || Arrivals.Early > 0);

    public override string ToString()
    {
        double n = Math.Max(1, Arrivals.Arrived);
        return string.Format(
            CultureInfo.InvariantCulture,
            "{0,-16} {1,6} {2,8} {3,8} {4,8} {5,5} {6,8:0.00} {7,8:0.00} {8,8:0.00} {9,8:0.00} {10,8:0} {11,8:0.000} {12,8:0.000} {13,8:0.0000} {14,8:0} {15,8:0.00} {16,7:0}{17}",
            Scheduler,
            Jobs,
            Expected,
            Arrivals.Arrived,
            Recorded?.ToString(CultureInfo.InvariantCulture) ?? "-",
            Arrivals.Early,
            Arrivals.P50,
            Arrivals.P90,
            Arrivals.P99,
            Arrivals.Max,
            n / Seconds,
            HostCpu.TotalMilliseconds / n,
            Database is { } db ? db.ProcessorTime.TotalMilliseconds / n : double.NaN,
            Database?.Commits / n ?? double.NaN,
            Database?.WalBytes / n ?? double.NaN,
            Database?.DeadTuples / n ?? double.NaN,
            HostMegabytes,
            Broken ? "  BROKEN" : "");
    }

    public string RatiosTo(LoadResult peer) => string.Create(
        CultureInfo.InvariantCulture,
        $"  ours / {peer.Scheduler}: p50 {Arrivals.P50 / peer.Arrivals.P50:0.00}, p99 {Arrivals.P99 / peer.Arrivals.P99:0.00}, CPU {HostCpu / peer.HostCpu:0.00}");
}
