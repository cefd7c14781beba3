using System.Diagnostics.CodeAnalysis;

namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>
/// A parsed cron expression. Public surface, syntax and rules are those of the Cronos package, so that
/// <c>using Cronos;</c> in place of this namespace brings the package back.
/// </summary>
/// <remarks>
/// <para>A day must match the day of month <em>and</em> the day of week. Occurrences are whole seconds, up to the end of the year 2499.</para>
/// <para>Daylight saving, by the zone's own clock: occurrences that fall into the gap of a forward jump become one, at the first
/// instant after it. Of a time that comes twice, the first is used; an interval expression, which is one with '*', a range or a step
/// in its seconds, minutes or hours, runs both times.</para>
/// <para>One difference: an occurrence that was moved out of a gap is found by an inclusive search from exactly there, as by any
/// other; Cronos finds it only from before.</para>
/// </remarks>
public sealed class CronExpression : IEquatable<CronExpression>
{
    /// <summary>At 00:00 on 1 January.</summary>
    public static readonly CronExpression Yearly = Parse("0 0 1 1 *");

    /// <summary>At 00:00 on Sunday.</summary>
    public static readonly CronExpression Weekly = Parse("0 0 * * 0");

    /// <summary>At 00:00 on the 1st.</summary>
    public static readonly CronExpression Monthly = Parse("0 0 1 * *");

    /// <summary>At 00:00.</summary>
    public static readonly CronExpression Daily = Parse("0 0 * * *");

    /// <summary>At minute 0.</summary>
    public static readonly CronExpression Hourly = Parse("0 * * * *");

    /// <summary>At second 0.</summary>
    public static readonly CronExpression EveryMinute = Parse("* * * * *");

    /// <summary>At every second.</summary>
    public static readonly CronExpression EverySecond = Parse("* * * * * *", CronFormat.IncludeSeconds);

    private readonly CronCalendar _calendar;
    private readonly bool _isInterval;

    internal CronExpression(in CronCalendar calendar, bool isInterval) => (_calendar, _isInterval) = (calendar, isInterval);

    /// <summary>What was written, without its zone.</summary>
    internal CronCalendar Calendar => _calendar;

    /// <summary>Parses five fields, or a macro.</summary>
    /// <exception cref="CronFormatException">The expression is not understood.</exception>
    public static CronExpression Parse(string expression) => Parse(expression, CronFormat.Standard);

    /// <summary>Parses five or six fields, as <paramref name="format"/> says, or a macro.</summary>
    /// <exception cref="CronFormatException">The expression is not understood.</exception>
    public static CronExpression Parse(string expression, CronFormat format)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return CronParser.Parse(expression, format);
    }

    /// <inheritdoc cref="TryParse(string, CronFormat, out CronExpression)"/>
    public static bool TryParse(string expression, [MaybeNullWhen(false)] out CronExpression cronExpression) =>
        TryParse(expression, CronFormat.Standard, out cronExpression);

    /// <summary>As <see cref="Parse(string, CronFormat)"/>, but false and null when the expression is not understood.</summary>
    public static bool TryParse(string expression, CronFormat format, [MaybeNullWhen(false)] out CronExpression cronExpression)
    {
        try
        {
            cronExpression = Parse(expression, format);
            return true;
        }
        catch (CronFormatException)
        {
            cronExpression = null;
            return false;
        }
    }

    /// <summary>The first occurrence in UTC after <paramref name="fromUtc"/>, or at it when inclusive; null when there is none.</summary>
    /// <exception cref="ArgumentException"><paramref name="fromUtc"/> is not <see cref="DateTimeKind.Utc"/>.</exception>
    public DateTime? GetNextOccurrence(DateTime fromUtc, bool inclusive = false) =>
        GetNextOccurrence(fromUtc, TimeZoneInfo.Utc, inclusive);

    /// <summary>The first occurrence on the zone's clock after <paramref name="fromUtc"/>, or at it when inclusive; in UTC; null when there is none.</summary>
    /// <exception cref="ArgumentException"><paramref name="fromUtc"/> is not <see cref="DateTimeKind.Utc"/>.</exception>
    public DateTime? GetNextOccurrence(DateTime fromUtc, TimeZoneInfo zone, bool inclusive = false)
    {
        RequireUtc(fromUtc, nameof(fromUtc));
        var found = FindNext(inclusive ? fromUtc.Ticks : fromUtc.Ticks + 1, zone, out _);
        return found == CronCalendar.None ? null : new DateTime(found, DateTimeKind.Utc);
    }

    /// <summary>The first occurrence on the zone's clock after <paramref name="from"/>, or at it when inclusive; with the zone's offset; null when there is none.</summary>
    public DateTimeOffset? GetNextOccurrence(DateTimeOffset from, TimeZoneInfo zone, bool inclusive = false)
    {
        var found = FindNext(inclusive ? from.UtcTicks : from.UtcTicks + 1, zone, out var offset);
        return found == CronCalendar.None ? null : new DateTimeOffset(found + offset, new TimeSpan(offset));
    }

    /// <summary>The occurrences in UTC between two instants, in order, found as they are asked for.</summary>
    /// <exception cref="ArgumentException">An instant is not <see cref="DateTimeKind.Utc"/>, or the first is later than the second.</exception>
    public IEnumerable<DateTime> GetOccurrences(DateTime fromUtc, DateTime toUtc, bool fromInclusive = true, bool toInclusive = false) =>
        GetOccurrences(fromUtc, toUtc, TimeZoneInfo.Utc, fromInclusive, toInclusive);

    /// <summary>The occurrences on the zone's clock between two instants, in order and in UTC, found as they are asked for.</summary>
    /// <exception cref="ArgumentException">An instant is not <see cref="DateTimeKind.Utc"/>, or the first is later than the second.</exception>
    public IEnumerable<DateTime> GetOccurrences(
        DateTime fromUtc, DateTime toUtc, TimeZoneInfo zone, bool fromInclusive = true, bool toInclusive = false)
    {
        RequireUtc(fromUtc, nameof(fromUtc));
        RequireUtc(toUtc, nameof(toUtc));
        return GetOccurrences(new DateTimeOffset(fromUtc), new DateTimeOffset(toUtc), zone, fromInclusive, toInclusive)
            .Select(static occurrence => occurrence.UtcDateTime);
    }

    /// <summary>The occurrences on the zone's clock between two instants, in order, found as they are asked for.</summary>
    /// <exception cref="ArgumentException"><paramref name="from"/> is later than <paramref name="to"/>.</exception>
    public IEnumerable<DateTimeOffset> GetOccurrences(
        DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone, bool fromInclusive = true, bool toInclusive = false)
    {
        ArgumentNullException.ThrowIfNull(zone);
        RequireOrder(from, to);
        return Enumerate();

        IEnumerable<DateTimeOffset> Enumerate()
        {
            var next = GetNextOccurrence(from, zone, fromInclusive);
            while (next is { } occurrence && (occurrence < to || (toInclusive && occurrence == to)))
            {
                yield return occurrence;
                next = GetNextOccurrence(occurrence, zone);
            }
        }
    }

    /// <summary>
    /// The expression with every set as a list of its values and no seconds when they are only 0. Parsing it again finds
    /// the same local times; it may no longer be an interval expression (see the type's remarks).
    /// </summary>
    public override string ToString() => CronText.Of(in _calendar);

    /// <summary>Whether both have the same occurrences in every zone, by what was written: "0-59 * * * *" equals "* * * * *".</summary>
    public bool Equals(CronExpression? other) =>
        other is not null && _isInterval == other._isInterval && _calendar == other._calendar;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CronExpression);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_calendar, _isInterval);

    /// <inheritdoc cref="Equals(CronExpression)"/>
    public static bool operator ==(CronExpression? left, CronExpression? right) => Equals(left, right);

    /// <inheritdoc cref="Equals(CronExpression)"/>
    public static bool operator !=(CronExpression? left, CronExpression? right) => !Equals(left, right);

    internal static void RequireOrder(DateTimeOffset from, DateTimeOffset to)
    {
        if (from > to)
            throw new ArgumentException($"{from:O} is later than {to:O}.", nameof(from));
    }

    internal ZonedCalendar In(TimeZoneInfo zone) => new(in _calendar, _isInterval, ZoneTimeline.Of(zone));

    private static void RequireUtc(DateTime instant, string name)
    {
        if (instant.Kind != DateTimeKind.Utc)
            throw new ArgumentException($"The kind is {instant.Kind}; {nameof(DateTimeKind.Utc)} is needed.", name);
    }

    private long FindNext(long utc, TimeZoneInfo zone, out long offset)
    {
        ArgumentNullException.ThrowIfNull(zone);
        if (ReferenceEquals(zone, TimeZoneInfo.Utc))
        {
            offset = 0;
            return _calendar.Next(utc);
        }

        if (utc < ZoneTimeline.End)
            return In(zone).Next(utc, out offset);
        offset = 0;
        return CronCalendar.None;
    }
}
