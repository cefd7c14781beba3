using JobScheduler.Domain.Executions;
using JobScheduler.Projections.Executions;

namespace JobScheduler.Host.Dashboard.JobParts;

/// <summary>The median and two high percentiles, in milliseconds; <c>null</c> of nothing.</summary>
internal sealed record Percentiles(double? P50, double? P95, double? P99, double? Longest);

/// <summary>What a number of ended executions have in common.</summary>
internal sealed record Statistics(int Completed, int Failed, int Skipped, Percentiles Duration, Percentiles Lateness)
{
    public static Statistics Of(IReadOnlyCollection<HistoryPoint> points) => new(
        points.Count(p => p.Status == ExecutionStatus.Completed),
        points.Count(p => p.Status == ExecutionStatus.Failed),
        points.Count(p => p.Status == ExecutionStatus.Skipped),
        PercentilesOf(points.Select(p => p.DurationMs)),
        // A run that somebody asked for is due when it is asked for.
        PercentilesOf(points.Where(p => p.Trigger == ExecutionTrigger.Schedule).Select(p => p.LatenessMs)));

    /// <summary>Of the executions that were sent, the part that succeeded, from 0 to 1; <c>null</c>: none was sent.</summary>
    public double? SuccessRate => Completed + Failed == 0 ? null : (double)Completed / (Completed + Failed);

    /// <summary>The smallest value that so many per cent of all do not exceed, as PostgreSQL's percentile_disc has it.</summary>
    /// <param name="ascending">One or more.</param>
    /// <param name="percent">Above 0, up to 100.</param>
    public static double Percentile(IReadOnlyList<double> ascending, int percent) =>
        ascending[(int)Math.Ceiling(ascending.Count * (long)percent / 100.0) - 1];

    /// <summary>Such as <c>99.9 %</c>; never rounded up to 100.</summary>
    public static string PercentText(double? part) => part switch
    {
        null => "–",
        1 => "100 %",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Math.Floor(part.Value * 1000) / 10:0.#} %"),
    };

    private static Percentiles PercentilesOf(IEnumerable<double?> values)
    {
        var ascending = values.OfType<double>().Order().ToList();
        return ascending.Count == 0
            ? new(null, null, null, null)
            : new(Percentile(ascending, 50), Percentile(ascending, 95), Percentile(ascending, 99), ascending[^1]);
    }
}
