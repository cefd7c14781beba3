using System.Runtime.CompilerServices;

namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>
/// The offsets of a zone over time, as segments of constant offset. <see cref="TimeZoneInfo"/> answers an offset by
/// walking its rules; here the answer is remembered, computed for about a year at a time when first asked for.
/// </summary>
/// <remarks>Instants and offsets are in ticks. Safe for concurrent use: what is remembered never changes.</remarks>
internal sealed class ZoneTimeline
{
    /// <summary>The first instant of which no offset is kept: past the last occurrence in any zone.</summary>
    public static readonly long End = CronCalendar.End + 2 * TimeSpan.TicksPerDay;

    // 2^48 ticks are 326 days: an instant's block is its upper bits.
    private const int BlockBits = 48;

    // Offsets are probed at this distance; since 1970, no zone has changed its offset twice within six days.
    private const long ProbeStep = TimeSpan.TicksPerDay;

    // Keyed by reference, and gone with the zone: TimeZoneInfo hands out one instance an id.
    private static readonly ConditionalWeakTable<TimeZoneInfo, ZoneTimeline> Known = [];

    private readonly TimeZoneInfo _zone;
    private readonly Segment[]?[] _blocks = new Segment[]?[(int)(End >> BlockBits) + 2];

    private ZoneTimeline(TimeZoneInfo zone) => _zone = zone;

    /// <summary>A stretch of constant offset: local time = UTC + <paramref name="Offset"/>.</summary>
    /// <param name="Start">The first instant (UTC).</param>
    /// <param name="End">The first instant (UTC) past it: a transition, or merely the end of what is remembered together.</param>
    /// <param name="Offset">The offset within.</param>
    /// <param name="OffsetBefore">The offset just before <paramref name="Start"/>.</param>
    internal readonly record struct Segment(long Start, long End, long Offset, long OffsetBefore)
    {
        /// <summary>The clock jumped forward at the start: local times [Start + OffsetBefore, Start + Offset) do not exist.</summary>
        public bool FollowsGap => Offset > OffsetBefore;

        /// <summary>The clock was set back at the start: local times [Start + Offset, Start + OffsetBefore) come a second time.</summary>
        public bool RepeatsTime => Offset < OffsetBefore;
    }

    public static ZoneTimeline Of(TimeZoneInfo zone) => Known.TryGetValue(zone, out var known)
        ? known
        : Known.GetValue(zone, static zone => new ZoneTimeline(zone));

    /// <summary>The segment that holds an instant in [0, <see cref="End"/>] (UTC).</summary>
    public ref readonly Segment At(long utc)
    {
        var block = (int)(utc >> BlockBits);
        var segments = Volatile.Read(ref _blocks[block]) ?? Remember(block);
        var i = 0;
        while (utc >= segments[i].End)
            i++;
        return ref segments[i];
    }

    private Segment[] Remember(int block)
    {
        var segments = new List<Segment>();
        var start = (long)block << BlockBits;
        var end = (block + 1L) << BlockBits;
        var offset = OffsetAt(start);
        var before = start > 0 ? OffsetAt(start - 1) : offset;

        for (var probe = start; probe < end - 1;)
        {
            var last = probe;
            probe = Math.Min(probe + ProbeStep, end - 1);
            if (OffsetAt(probe) == offset)
                continue;

            var transition = FirstChange(last, probe, offset);
            segments.Add(new(start, transition, offset, before));
            (start, before, offset) = (transition, offset, OffsetAt(transition));
            probe = transition;
        }

        segments.Add(new(start, end, offset, before));
        var remembered = segments.ToArray();
        Volatile.Write(ref _blocks[block], remembered);
        return remembered;
    }

    private long FirstChange(long low, long high, long offset)
    {
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            if (OffsetAt(middle) == offset)
                low = middle;
            else
                high = middle;
        }

        return high;
    }

    private long OffsetAt(long utc) => _zone.GetUtcOffset(new DateTime(utc, DateTimeKind.Utc)).Ticks;
}
