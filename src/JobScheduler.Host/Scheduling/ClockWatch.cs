namespace JobScheduler.Host.Scheduling;

/// <summary>Notices that the clock was set, or stood while the machine slept: that it moved otherwise than time did.</summary>
internal sealed class ClockWatch(TimeProvider time)
{
    /// <summary>Corrections up to this are what clocks are kept right with, and change nothing.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private DateTimeOffset _clock = time.GetUtcNow();
    private long _timestamp = time.GetTimestamp();

    /// <summary>By how much the clock was set since the last look, forward if positive; zero if it was not.</summary>
    /// <param name="now">What the clock shows.</param>
    public TimeSpan Look(out DateTimeOffset now)
    {
        var timestamp = time.GetTimestamp();
        now = time.GetUtcNow();
        var jump = now - _clock - time.GetElapsedTime(_timestamp, timestamp);
        (_clock, _timestamp) = (now, timestamp);
        return jump.Duration() > Tolerance ? jump : TimeSpan.Zero;
    }
}
