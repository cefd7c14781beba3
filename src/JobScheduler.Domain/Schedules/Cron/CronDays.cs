using System.Numerics;

namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>The days of an expression: a day must satisfy every part.</summary>
/// <param name="DaysOfMonth">Bits 1-31; of no account when FromLast is given.</param>
/// <param name="Months">Bits 1-12; not empty.</param>
/// <param name="DaysOfWeek">Bits 0 (Sunday) to 6; not empty.</param>
internal readonly record struct CronDays(uint DaysOfMonth, ushort Months, byte DaysOfWeek)
{
    /// <summary>The <see cref="WeekdayInMonth"/> of the last such weekday ("FRIL").</summary>
    public const byte LastInMonth = 6;

    private const byte EveryDayOfWeek = 0b111_1111;

    /// <summary>For "L" and "L-n": how many days before the month's last, 0-30.</summary>
    public byte? FromLast { get; init; }

    /// <summary>For "W": the day moves to the nearest Monday to Friday within its month.</summary>
    public bool NearestWeekday { get; init; }

    /// <summary>For "#": which such weekday of the month, 1-5; <see cref="LastInMonth"/> for the last; 0 for any.</summary>
    public byte WeekdayInMonth { get; init; }

    /// <summary>The days of one month, as bits 1-31.</summary>
    public uint In(int year, int month)
    {
        if ((Months >> month & 1) == 0)
            return 0;

        var length = DateTime.DaysInMonth(year, month);
        var firstWeekday = (int)new DateOnly(year, month, 1).DayOfWeek;

        var days = FromLast is { } back ? Bit(length - back) : DaysOfMonth & ((1u << length) - 1) << 1;
        if (NearestWeekday && days != 0)
            days = Bit(NearestWeekdayTo(BitOperations.TrailingZeroCount(days), length, firstWeekday));
        if (DaysOfWeek != EveryDayOfWeek)
            days &= OnDaysOfWeek(firstWeekday);

        const uint Week = 0b111_1111;
        return WeekdayInMonth switch
        {
            0 => days,
            LastInMonth => days & Week << (length - 6),
            var nth => days & Week << (7 * nth - 6),
        };
    }

    private static uint Bit(int day) => day >= 1 ? 1u << day : 0;

    // Saturday goes to Friday and Sunday to Monday, unless that is another month: then to the other side.
    private static int NearestWeekdayTo(int day, int length, int firstWeekday) => (DayOfWeek)((firstWeekday + day - 1) % 7) switch
    {
        DayOfWeek.Saturday => day == 1 ? 3 : day - 1,
        DayOfWeek.Sunday => day == length ? day - 2 : day + 1,
        _ => day,
    };

    private uint OnDaysOfWeek(int firstWeekday)
    {
        // One week, rotated to begin with the weekday of the 1st, and repeated to fill the month.
        var week = (uint)((DaysOfWeek >> firstWeekday | DaysOfWeek << (7 - firstWeekday)) & EveryDayOfWeek);
        return (week | week << 7 | week << 14 | week << 21 | week << 28) << 1;
    }
}
