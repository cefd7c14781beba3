namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>Questions about the past, for catching up after an outage. Not in Cronos.</summary>
public static class CronExpressionExtensions
{
    /// <summary>
    /// The number of occurrences between two instants: what <see cref="CronExpression.GetOccurrences(DateTimeOffset, DateTimeOffset, TimeZoneInfo, bool, bool)"/>
    /// would yield, without stepping through them. Costs nanoseconds a month between the two, whatever the expression.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="from"/> is later than <paramref name="to"/>.</exception>
    public static long CountOccurrences(
        this CronExpression expression,
        DateTimeOffset from,
        DateTimeOffset to,
        TimeZoneInfo zone,
        bool fromInclusive = false,
        bool toInclusive = true)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(zone);
        CronExpression.RequireOrder(from, to);
        var first = fromInclusive ? from.UtcTicks : from.UtcTicks + 1;
        var end = toInclusive ? to.UtcTicks + 1 : to.UtcTicks;
        return expression.In(zone).Count(first, Math.Min(end, ZoneTimeline.End));
    }

    /// <summary>
    /// The last occurrence before an instant, or at it when inclusive, with the zone's offset: the latest of those that
    /// <see cref="CronExpression.GetNextOccurrence(DateTimeOffset, TimeZoneInfo, bool)"/> finds up to there. Null when there is none since 1970.
    /// </summary>
    public static DateTimeOffset? GetPreviousOccurrence(
        this CronExpression expression, DateTimeOffset before, TimeZoneInfo zone, bool inclusive = false)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(zone);
        var last = Math.Min(inclusive ? before.UtcTicks : before.UtcTicks - 1, ZoneTimeline.End);
        var found = expression.In(zone).Previous(last, out var offset);
        return found == CronCalendar.None ? null : new DateTimeOffset(found + offset, new TimeSpan(offset));
    }
}
