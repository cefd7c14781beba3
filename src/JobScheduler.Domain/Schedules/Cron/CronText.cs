using System.Numerics;
using System.Text;

namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>Writes an expression with every set as a list of its values.</summary>
internal static class CronText
{
    private const ulong OnlySecondZero = 1;

    public static string Of(in CronCalendar calendar)
    {
        var (times, days) = calendar;
        var text = new StringBuilder();
        if (times.Seconds != OnlySecondZero)
            Append(text, CronField.Seconds, times.Seconds).Append(' ');
        Append(text, CronField.Minutes, times.Minutes).Append(' ');
        Append(text, CronField.Hours, times.Hours).Append(' ');
        AppendDaysOfMonth(text, days).Append(' ');
        Append(text, CronField.Months, days.Months).Append(' ');
        Append(text, CronField.DaysOfWeek, days.DaysOfWeek);
        return days.WeekdayInMonth switch
        {
            0 => text.ToString(),
            CronDays.LastInMonth => text.Append('L').ToString(),
            var nth => text.Append('#').Append(nth).ToString(),
        };
    }

    private static StringBuilder AppendDaysOfMonth(StringBuilder text, in CronDays days)
    {
        if (days.FromLast is not { } back)
            Append(text, CronField.DaysOfMonth, days.DaysOfMonth);
        else if (back == 0)
            text.Append('L');
        else
            text.Append("L-").Append(back);
        return days.NearestWeekday ? text.Append('W') : text;
    }

    private static StringBuilder Append(StringBuilder text, CronField field, ulong bits)
    {
        if (bits == field.AllBits)
            return text.Append('*');

        for (var separator = ""; bits != 0; bits &= bits - 1, separator = ",")
            text.Append(separator).Append(BitOperations.TrailingZeroCount(bits));
        return text;
    }
}
