namespace JobScheduler.Bench.Load;

/// <summary>Instants on the schedulers' grid.</summary>
internal static class Clock
{
    /// <summary>The first whole second that is at least this far away.</summary>
    public static DateTimeOffset SecondAfter(TimeSpan ahead) =>
        DateTimeOffset.FromUnixTimeSeconds((long)Math.Ceiling((DateTimeOffset.UtcNow + ahead).ToUnixTimeMilliseconds() / 1000.0));

    /// <summary>The first whole minute that is at least this far away.</summary>
    public static DateTimeOffset MinuteAfter(TimeSpan ahead) =>
        DateTimeOffset.FromUnixTimeSeconds((long)Math.Ceiling((DateTimeOffset.UtcNow + ahead).ToUnixTimeMilliseconds() / 60_000.0) * 60);

    /// <summary>Returns at the instant or a few milliseconds later; at once if it is past.</summary>
    public static Task UntilAsync(DateTimeOffset instant)
    {
        var wait = instant - DateTimeOffset.UtcNow;
        return wait > TimeSpan.Zero ? Task.Delay(wait) : Task.CompletedTask;
    }
}
