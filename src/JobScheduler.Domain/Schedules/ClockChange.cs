using JobScheduler.Domain.Schedules.Cron;

namespace JobScheduler.Domain.Schedules;

/// <summary>What becomes of a schedule when its zone's clock is set.</summary>
public enum ClockEffect
{
    /// <summary>The clock jumps over the times: they are one occurrence, at the instant of the jump.</summary>
    Moved,

    /// <summary>The times come twice, and are due the first time only.</summary>
    FirstOnly,

    /// <summary>The times come twice, and are due both times.</summary>
    Twice,
}

/// <summary>A change of a zone's clock that a schedule is due otherwise for.</summary>
/// <param name="At">The instant of the change.</param>
/// <param name="From">What the clock shows when it comes.</param>
/// <param name="To">What the clock shows instead.</param>
/// <param name="Count">How many times of the schedule lie between the two.</param>
/// <param name="First">The first of them, on the clock.</param>
public sealed record ClockChange(DateTimeOffset At, DateTime From, DateTime To, ClockEffect Effect, long Count, DateTime First)
{
    /// <summary>
    /// Those in (<paramref name="after"/>, <paramref name="upTo"/>], earliest first. Left out are changes that a schedule goes through evenly, such as one of
    /// every five minutes.
    /// </summary>
    /// <exception cref="CronFormatException">The expression does not parse.</exception>
    /// <exception cref="TimeZoneNotFoundException">The zone is unknown on this machine.</exception>
    public static IEnumerable<ClockChange> Of(Schedule schedule, DateTimeOffset after, DateTimeOffset upTo)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        if (schedule.Cron is null) yield break;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone);
        var (actual, written) = (new Timetable(schedule), new Timetable(new Schedule(schedule.Cron)));
        var timeline = ZoneTimeline.Of(zone);
        for (var segment = timeline.At(after.UtcTicks); segment.End <= Math.Min(upTo.UtcTicks, ZoneTimeline.End - 1);)
        {
            segment = timeline.At(segment.End);
            var at = new DateTimeOffset(segment.Start, TimeSpan.Zero);
            if (segment.Offset == segment.OffsetBefore || schedule.StartAt > at || schedule.EndAt < at) continue;
            if (Effect(segment, at) is { } change) yield return change;
        }

        ClockChange? Effect(ZoneTimeline.Segment segment, DateTimeOffset at)
        {
            var (from, to) = (at.AddTicks(segment.OffsetBefore), at.AddTicks(segment.Offset));
            var (low, high) = segment.FollowsGap ? (from, to) : (to, from);
            var length = high - low;
            var count = Within(written, low, high);
            if (count == 0) return null;
            var isEven = count == Within(written, low - length, low) && count == Within(written, high, high + length);
            var effect = segment.FollowsGap ? ClockEffect.Moved : Within(actual, at, at + length) > 0 ? ClockEffect.Twice : ClockEffect.FirstOnly;
            var isUnfelt = isEven && (effect == ClockEffect.Twice || (effect == ClockEffect.Moved && written.Includes(high)));
            return isUnfelt ? null : new(at, from.DateTime, to.DateTime, effect, count, written.NextAfter(low.AddTicks(-1))!.Value.DateTime);
        }
    }

    /// <summary>How many lie in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    private static long Within(Timetable timetable, DateTimeOffset from, DateTimeOffset to) => timetable.CountBetween(from.AddTicks(-1), to.AddTicks(-1));
}
