using JobScheduler.Domain.Schedules.Cron;

namespace JobScheduler.Domain.Schedules;

/// <summary>A <see cref="Schedule"/> made ready to be asked for instants. Immutable; all instants are UTC.</summary>
public sealed class Timetable
{
    private readonly Schedule _schedule;
    private readonly CronExpression? _cron;
    private readonly TimeZoneInfo _zone;

    /// <exception cref="CronFormatException">The expression does not parse.</exception>
    /// <exception cref="TimeZoneNotFoundException">The zone is unknown on this machine.</exception>
    public Timetable(Schedule schedule)
    {
        _schedule = schedule;
        _zone = schedule.TimeZone == Schedule.Utc ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone);
        _cron = schedule.Cron is null ? null : ParseCron(schedule.Cron);
    }

    /// <summary><c>null</c> when this machine cannot read it: it does not know the zone, or not the expression.</summary>
    public static Timetable? TryRead(Schedule schedule)
    {
        try
        {
            return new(schedule);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or CronFormatException)
        {
            return null;
        }
    }

    /// <summary>Reads an expression of five fields, of six (the first being seconds), or a macro.</summary>
    /// <exception cref="CronFormatException">Says which field is wrong and what would be right.</exception>
    public static CronExpression ParseCron(string expression)
    {
        var fields = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        return fields switch
        {
            1 or 5 => CronExpression.Parse(expression, CronFormat.Standard),
            6 => CronExpression.Parse(expression, CronFormat.IncludeSeconds),
            _ => throw new CronFormatException(
                $"A cron expression has 5 fields (minute hour day-of-month month day-of-week) or 6 (with seconds first); this one has {fields}."),
        };
    }

    /// <summary>The first occurrence later than <paramref name="instant"/>; <c>null</c> when there is none.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset instant)
    {
        if (_cron is null) return _schedule.RunAt is { } once && once > instant && IsWithinBounds(once) ? once.ToUniversalTime() : null;
        var next = _schedule.StartAt is { } start && start > instant
            ? _cron.GetNextOccurrence(start, _zone, inclusive: true)
            : _cron.GetNextOccurrence(instant, _zone);
        return next is { } found && IsWithinBounds(found) ? found.ToUniversalTime() : null;
    }

    public bool Includes(DateTimeOffset instant) => NextAfter(instant.AddTicks(-1)) == instant;

    /// <summary>The occurrences in (<paramref name="after"/>, <paramref name="upTo"/>], earliest first.</summary>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset upTo)
    {
        for (var next = NextAfter(after); next <= upTo; next = NextAfter(next.Value)) yield return next.Value;
    }

    /// <summary>How many occurrences lie in (<paramref name="after"/>, <paramref name="upTo"/>].</summary>
    public long CountBetween(DateTimeOffset after, DateTimeOffset upTo)
    {
        if (_cron is null) return NextAfter(after) is { } once && once <= upTo ? 1 : 0;
        var (from, inclusive) = _schedule.StartAt is { } start && start > after ? (start, true) : (after, false);
        var to = _schedule.EndAt is { } end && end < upTo ? end : upTo;
        return from > to ? 0 : _cron.CountOccurrences(from, to, _zone, fromInclusive: inclusive, toInclusive: true);
    }

    /// <summary>The latest occurrence in (<paramref name="after"/>, <paramref name="upTo"/>]; <c>null</c> when there is none.</summary>
    public DateTimeOffset? LatestBetween(DateTimeOffset after, DateTimeOffset upTo)
    {
        if (NextAfter(after) is not { } first || first > upTo) return null;
        if (_cron is null) return first;
        var to = _schedule.EndAt is { } end && end < upTo ? end : upTo;
        return _cron.GetPreviousOccurrence(to, _zone, inclusive: true)?.ToUniversalTime();
    }

    private bool IsWithinBounds(DateTimeOffset instant) =>
        !(instant < _schedule.StartAt) && !(instant > _schedule.EndAt);
}
