using System.Numerics;

namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>
/// The occurrences of an expression on a clock that never shifts. Instants are ticks of such local time
/// (100 ns since 0001-01-01); occurrences are whole seconds of the years 1 to <see cref="LastYear"/>.
/// </summary>
internal readonly record struct CronCalendar(CronTimes Times, CronDays Days)
{
    public const long None = -1;
    public const int LastYear = 2499;

    /// <summary>The first year in which <see cref="Previous"/> looks.</summary>
    public const int FirstYearBackwards = 1970;

    /// <summary>The first tick past the last year.</summary>
    public static readonly long End = new DateTime(LastYear + 1, 1, 1).Ticks;

    /// <summary>The first occurrence at or after <paramref name="local"/>, or <see cref="None"/>.</summary>
    public long Next(long local)
    {
        if (local > End - TimeSpan.TicksPerSecond)
            return None;

        var (dayNumber, time) = Split(local);
        DateOnly.FromDayNumber(dayNumber).Deconstruct(out var year, out var month, out var day);

        var days = Days.In(year, month) >> day << day;
        if ((days >> day & 1) != 0)
        {
            if (Times.Next(time) is >= 0 and var later)
                return Compose(dayNumber, later);
            days &= days - 1;
        }

        while (days == 0)
        {
            if (++month > 12)
                (year, month) = (year + 1, 1);
            if (year > LastYear)
                return None;
            days = Days.In(year, month);
        }

        return Compose(DayNumber(year, month, BitOperations.TrailingZeroCount(days)), Times.First);
    }

    /// <summary>The last occurrence at or before <paramref name="local"/>, or <see cref="None"/>.</summary>
    public long Previous(long local)
    {
        if (local < 0)
            return None;

        var seconds = Math.Min(local, End - 1) / TimeSpan.TicksPerSecond;
        var dayNumber = (int)(seconds / CronTimes.SecondsPerDay);
        DateOnly.FromDayNumber(dayNumber).Deconstruct(out var year, out var month, out var day);
        if (year < FirstYearBackwards)
            return None;

        var days = Days.In(year, month) & (uint)((2UL << day) - 1);
        if ((days >> day & 1) != 0)
        {
            if (Times.Previous((int)(seconds % CronTimes.SecondsPerDay)) is >= 0 and var earlier)
                return Compose(dayNumber, earlier);
            days &= ~(1u << day);
        }

        while (days == 0)
        {
            if (--month < 1)
                (year, month) = (year - 1, 12);
            if (year < FirstYearBackwards)
                return None;
            days = Days.In(year, month);
        }

        return Compose(DayNumber(year, month, BitOperations.Log2(days)), Times.Last);
    }

    /// <summary>How many lie in [from, to). Costs a few nanoseconds a month between the two.</summary>
    public long Count(long from, long to)
    {
        to = Math.Min(to, End);
        if (from >= to)
            return 0;

        var (firstDay, firstTime) = Split(from);
        var (lastDay, lastTime) = Split(to);
        return CountDays(firstDay, lastDay) * Times.CountPerDay
            - CountDays(firstDay, firstDay + 1) * Times.CountBefore(firstTime)
            + CountDays(lastDay, lastDay + 1) * Times.CountBefore(lastTime);
    }

    // The matching days in [first, end).
    private long CountDays(int first, int end)
    {
        DateOnly.FromDayNumber(first).Deconstruct(out var year, out var month, out var day);
        var count = 0L;
        var days = Days.In(year, month) >> day << day;
        var monthStart = first - day + 1;
        while (true)
        {
            var nextMonth = monthStart + DateTime.DaysInMonth(year, month);
            if (end <= nextMonth)
                return count + BitOperations.PopCount(days & (uint)((1UL << (end - monthStart + 1)) - 1));

            count += BitOperations.PopCount(days);
            (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1);
            (monthStart, days) = (nextMonth, Days.In(year, month));
        }
    }

    // The second that holds the instant or, when it lies between two, the next one.
    private static (int DayNumber, int Time) Split(long local)
    {
        var seconds = (Math.Max(local, 0) + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;
        return ((int)(seconds / CronTimes.SecondsPerDay), (int)(seconds % CronTimes.SecondsPerDay));
    }

    private static long Compose(int dayNumber, int time) =>
        (dayNumber * (long)CronTimes.SecondsPerDay + time) * TimeSpan.TicksPerSecond;

    private static int DayNumber(int year, int month, int day) => new DateOnly(year, month, day).DayNumber;
}
