using JobScheduler.Projections.Executions;

namespace JobScheduler.Host.Dashboard.Activity;

/// <summary>What ran in the last hour.</summary>
/// <param name="Start">Of the first stretch; a whole multiple of <see cref="Stretch"/>.</param>
/// <param name="Stretches">Oldest first, the last is under way; <c>null</c>: not read yet, as may be the older ones shortly after somebody began to look.</param>
/// <param name="Total">All that is known of the hour.</param>
/// <param name="Slowest">The longest call of each of the slowest jobs, longest first.</param>
internal sealed record ActivityHour(DateTimeOffset Start, IReadOnlyList<Outcomes?> Stretches, Outcomes Total, IReadOnlyList<SlowJob> Slowest)
{
    public const int Count = 360;

    public static readonly TimeSpan Stretch = TimeSpan.FromSeconds(10);

    /// <summary>How far back all is known.</summary>
    public TimeSpan Known => Stretch * Stretches.Reverse().TakeWhile(s => s is not null).Count();

    /// <summary>How late calls were, minute by minute of the clock; what is not known or without calls is left out.</summary>
    public IReadOnlyList<LatenessPoint> Lateness { get; } =
    [
        .. from n in Enumerable.Range(0, Stretches.Count)
           where Stretches[n] is not null
           group n by (Start + (n * Stretch)).ToUnixTimeSeconds() / 60 into minute
           let lateness = LatenessHistogram.Of(minute.Select(n => Stretches[n]!.Lateness))
           where lateness.PercentileMs(1) is not null
           select new LatenessPoint(minute.First(), minute.Count(), lateness.PercentileMs(0.5)!.Value, lateness.PercentileMs(0.99)!.Value),
    ];

    public static DateTimeOffset StartOf(DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % Stretch.Ticks), TimeSpan.Zero);

    /// <summary>What ended a second in the last complete minute or so; <c>null</c>: not known yet.</summary>
    public double? RatePerSecond
    {
        get
        {
            var latest = Stretches.Reverse().Skip(1).Take(6).TakeWhile(s => s is not null).ToList();
            return latest.Count == 0 ? null : latest.Sum(s => s!.All) / (latest.Count * Stretch.TotalSeconds);
        }
    }
}

/// <summary>A job and its longest call.</summary>
internal sealed record SlowJob(Guid JobId, string Name, Guid ExecutionId, double DurationMs);

/// <param name="First">Of its stretches, by place in the hour.</param>
/// <param name="Count">How many stretches it is of.</param>
public readonly record struct LatenessPoint(int First, int Count, double P50Ms, double P99Ms);
