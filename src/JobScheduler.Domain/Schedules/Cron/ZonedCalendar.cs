namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>
/// A calendar on the clock of a zone: three rules, all of them Cronos'.
/// <list type="bullet">
/// <item>Occurrences that fall into a gap (the clock jumps forward) become one, at the first instant after it.</item>
/// <item>Of local times that come twice, an interval expression runs at both, any other at the first only.</item>
/// <item>All else is local time = UTC + offset.</item>
/// </list>
/// Instants are UTC ticks in [0, <see cref="ZoneTimeline.End"/>).
/// </summary>
internal readonly ref struct ZonedCalendar(ref readonly CronCalendar calendar, bool isInterval, ZoneTimeline timeline)
{
    // More than any change of offset (Samoa went from -11 to +13): local time that far away stays on its side of a transition.
    private const long Margin = 2 * TimeSpan.TicksPerDay;

    private readonly ref readonly CronCalendar _calendar = ref calendar;

    /// <summary>The first occurrence at or after <paramref name="utc"/>, or <see cref="CronCalendar.None"/>.</summary>
    public long Next(long utc, out long offset)
    {
        ref readonly var segment = ref timeline.At(utc);
        var found = _calendar.Next(LocalStart(in segment, utc));
        while (found != CronCalendar.None)
        {
            offset = segment.Offset;
            if (found < segment.Start + offset)
                return segment.Start;
            if (found - offset < segment.End)
                return found - offset;

            // Sparse expressions leap to where the match is, but not over a repetition of the local times just passed.
            var next = segment.End > utc + Margin ? Math.Max(segment.End, found - Margin) : segment.End;
            segment = ref timeline.At(next);
            if (segment.RepeatsTime && isInterval && segment.Start == next)
                found = _calendar.Next(segment.Start + segment.Offset);
        }

        offset = 0;
        return CronCalendar.None;
    }

    /// <summary>The last occurrence at or before <paramref name="utc"/>, or <see cref="CronCalendar.None"/>.</summary>
    public long Previous(long utc, out long offset)
    {
        for (var last = utc; last >= 0;)
        {
            ref readonly var segment = ref timeline.At(last);
            offset = segment.Offset;
            var found = _calendar.Previous(last + offset);
            if (found != CronCalendar.None && found >= LocalStart(in segment, segment.Start))
                return Math.Max(found - offset, segment.Start);

            // Leaps as above; what came before a repetition may have later local times.
            last = segment.Start - 1;
            if (segment.Start < utc - Margin)
                last = found == CronCalendar.None ? -1 : Math.Min(last, found + Margin);
        }

        offset = 0;
        return CronCalendar.None;
    }

    /// <summary>How many lie in [from, to). Costs a few nanoseconds a month between the two.</summary>
    public long Count(long from, long to)
    {
        var count = 0L;
        while (from < to)
        {
            ref readonly var segment = ref timeline.At(from);
            var end = Math.Min(segment.End, to);
            var start = LocalStart(in segment, from);
            var afterGap = from + segment.Offset;
            if (start < afterGap)
            {
                // All that fell into the gap, and what is due right after it, is one.
                start = afterGap + 1;
                count += Math.Min(1, _calendar.Count(from + segment.OffsetBefore, start));
            }

            count += _calendar.Count(start, end + segment.Offset);
            from = end;
        }

        return count;
    }

    // The local time from which an instant's matches count: earlier than its own right after a gap, whose lost times it
    // stands for; later during a repetition that does not.
    private long LocalStart(ref readonly ZoneTimeline.Segment segment, long utc)
    {
        var local = utc + segment.Offset;
        if (segment.FollowsGap && utc == segment.Start)
            return utc + segment.OffsetBefore;
        if (segment.RepeatsTime && !isInterval)
            return Math.Max(local, segment.Start + segment.OffsetBefore);
        return local;
    }
}
