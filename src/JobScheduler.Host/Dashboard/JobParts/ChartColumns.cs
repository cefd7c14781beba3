using JobScheduler.Domain.Executions;
using JobScheduler.Projections.Executions;

namespace JobScheduler.Host.Dashboard.JobParts;

/// <summary>Executions that stand in one place of the chart.</summary>
/// <param name="From">Where it begins, from 0 to 1 of the chart's width.</param>
/// <param name="Width">In the same measure.</param>
/// <param name="Points">Oldest first, one or more.</param>
internal sealed record ChartColumn(double From, double Width, IReadOnlyList<HistoryPoint> Points)
{
    public int Failed { get; } = Points.Count(p => p.Status == ExecutionStatus.Failed);

    public int Skipped { get; } = Points.Count(p => p.Status == ExecutionStatus.Skipped);

    public double? Longest { get; } = Points.Max(p => p.DurationMs);

    public double? Median { get; } = Points.Select(p => p.DurationMs).OfType<double>().Order().ToList() is { Count: > 0 } durations
        ? Statistics.Percentile(durations, 50)
        : null;

    /// <summary>Of the worst there is.</summary>
    public string Tone => Failed > 0 ? "bad" : Skipped > 0 ? "warn" : "good";
}

/// <summary>Places executions on a chart of time.</summary>
internal static class ChartColumns
{
    /// <summary>More executions than this share their places.</summary>
    public const int Most = 300;

    private const double Widest = 0.012;
    private const double Narrowest = 0.0016;

    /// <summary>Of the room that a bar has, the part that it takes.</summary>
    private const double Filled = 0.8;

    /// <summary>Earliest first.</summary>
    /// <param name="newestFirst">All within [<paramref name="from"/>, <paramref name="to"/>].</param>
    public static IReadOnlyList<ChartColumn> Of(IReadOnlyList<HistoryPoint> newestFirst, DateTimeOffset from, DateTimeOffset to)
    {
        if (newestFirst.Count == 0) return [];
        var span = Math.Max(1, (to - from).TotalMilliseconds);
        List<HistoryPoint> oldestFirst = [.. newestFirst.Reverse()];
        if (newestFirst.Count <= Most)
        {
            var width = Math.Clamp(Filled * UsualGap(oldestFirst) / span, Narrowest, Widest);
            return [.. oldestFirst.Select(p => new ChartColumn(PlaceOf(p) * (1 - width), width, [p]))];
        }

        return
        [
            .. from point in oldestFirst
               group point by Math.Min(Most - 1, (int)(PlaceOf(point) * Most)) into column
               select new ChartColumn((double)column.Key / Most, Filled / Most, [.. column]),
        ];

        double PlaceOf(HistoryPoint point) => Math.Clamp((point.ScheduledFor - from).TotalMilliseconds / span, 0, 1);
    }

    /// <summary>The median of the times between executions, in milliseconds: what a pause or an outage leaves out does not count.</summary>
    private static double UsualGap(List<HistoryPoint> oldestFirst)
    {
        var gaps = oldestFirst.Zip(oldestFirst.Skip(1), (a, b) => (b.ScheduledFor - a.ScheduledFor).TotalMilliseconds).Order().ToList();
        return gaps.Count == 0 ? double.MaxValue : Statistics.Percentile(gaps, 50);
    }
}
