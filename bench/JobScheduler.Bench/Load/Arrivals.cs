namespace JobScheduler.Bench.Load;

/// <summary>What arrived of a time's occurrences.</summary>
/// <param name="Arrived">Distinct (job, instant).</param>
/// <param name="Calls">All calls, repeated ones included.</param>
/// <param name="First">When the first call arrived; <c>null</c> when none has.</param>
/// <param name="Last">When the last call arrived; <c>null</c> when none has.</param>
/// <param name="Lateness">In milliseconds past the scheduled instant.</param>
internal sealed record ArrivalReport(int Arrived, int Calls, int Early, DateTimeOffset? First, DateTimeOffset? Last, Distribution Lateness)
{
    /// <summary>P1 and P3: each occurrence was called once and recorded once, none early.</summary>
    public bool Keeps(int expected, int recorded) => Arrived == expected && Calls == expected && recorded == expected && Early == 0;
}

/// <summary>The calls that have arrived at a receiver.</summary>
/// <param name="capacity">How many at the most.</param>
internal sealed class Arrivals(int capacity)
{
    private readonly Arrival[] _all = new Arrival[capacity];
    private int _count;

    public void Note(Guid job, DateTimeOffset instant, DateTimeOffset arrivedAt) =>
        _all[Interlocked.Increment(ref _count) - 1] = new(job, instant.UtcTicks, arrivedAt.UtcTicks);

    /// <summary>Of occurrences whose instants lie in [from, to).</summary>
    public ArrivalReport Report(DateTimeOffset from, DateTimeOffset to)
    {
        var calls = _all.Take(Volatile.Read(ref _count)).Where(a => a.Instant >= from.UtcTicks && a.Instant < to.UtcTicks).ToList();
        return new(
            calls.DistinctBy(a => (a.Job, a.Instant)).Count(),
            calls.Count,
            calls.Count(a => a.At < a.Instant),
            calls.Count == 0 ? null : new DateTimeOffset(calls.Min(a => a.At), TimeSpan.Zero),
            calls.Count == 0 ? null : new DateTimeOffset(calls.Max(a => a.At), TimeSpan.Zero),
            Distribution.Of(calls.Select(a => (a.At - a.Instant) / (double)TimeSpan.TicksPerMillisecond)));
    }

    /// <param name="Instant">What it was scheduled for, in UTC ticks.</param>
    /// <param name="At">When it arrived, in UTC ticks.</param>
    private readonly record struct Arrival(Guid Job, long Instant, long At);
}
