using System.Globalization;

namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>The days of an expression in words.</summary>
internal static class CronDayWords
{
    private const int LeastSteps = 5;
    private const byte MondayToFriday = 0b011_1110;

    private static readonly string[] Nth = ["first", "second", "third", "fourth", "fifth", "last"];

    /// <summary>Empty for every day.</summary>
    public static string Of(in CronDays days)
    {
        var months = new CronPattern(CronField.Months, days.Months);
        if (!HasAnyDayOfMonth(days)) return $"on {DayOfMonth(days)} of {OfMonths(months)}{If(days)}";
        if (days.WeekdayInMonth != 0) return $"on the {Nth[days.WeekdayInMonth - 1]} {Weekday(OnlyWeekday(days))} of {OfMonths(months)}";
        return string.Join(' ', new[] { Weekdays(days), InMonths(months) }.Where(part => part.Length > 0));
    }

    /// <summary>Whether it leaves out no day of the months that it has.</summary>
    public static bool IsOfEveryDay(in CronDays days) =>
        HasAnyDayOfMonth(days) && days.WeekdayInMonth == 0 && days.DaysOfWeek == CronField.DaysOfWeek.AllBits;

    private static bool HasAnyDayOfMonth(in CronDays days) => days.FromLast is null && days.DaysOfMonth == CronField.DaysOfMonth.AllBits;

    private static string DayOfMonth(in CronDays days)
    {
        var nearest = days.NearestWeekday;
        if (days.FromLast is { } back)
        {
            if (back == 0) return nearest ? "the last weekday" : "the last day";
            var before = $"the {CronWords.Ordinal(back)} day before the last";
            return nearest ? $"the weekday nearest to {before}" : before;
        }

        var pattern = new CronPattern(CronField.DaysOfMonth, days.DaysOfMonth);
        if (nearest) return $"the weekday nearest to the {CronWords.Ordinal(pattern.First)}";
        if (pattern is { IsRun: true, IsSingle: false }) return $"each day from the {CronWords.Ordinal(pattern.First)} to the {CronWords.Ordinal(pattern.Last)}";
        if (pattern.Step <= 1 || pattern.Values.Count < LeastSteps) return $"the {pattern.List(CronWords.Ordinal)}";
        var every = $"every {CronWords.Ordinal(pattern.Step)} day";
        return pattern.First == 1 && pattern.Last + pattern.Step > CronField.DaysOfMonth.Last
            ? every
            : $"{every} from the {CronWords.Ordinal(pattern.First)} to the {CronWords.Ordinal(pattern.Last)}";
    }

    /// <summary>For a day of the month that must be such a day of the week as well.</summary>
    private static string If(in CronDays days)
    {
        if (days.WeekdayInMonth != 0) return $", if that is the {Nth[days.WeekdayInMonth - 1]} {Weekday(OnlyWeekday(days))}";
        if (days.DaysOfWeek == CronField.DaysOfWeek.AllBits) return "";
        if (days.DaysOfWeek == MondayToFriday) return ", if that is a weekday";
        return $", if that is a {CronPattern.And([.. FromMonday(days).Select(Weekday)], "or")}";
    }

    private static string Weekdays(in CronDays days)
    {
        var pattern = new CronPattern(CronField.DaysOfWeek, days.DaysOfWeek);
        if (pattern.IsAll) return "";
        return pattern is { IsRun: true, IsSingle: false }
            ? $"from {Weekday(pattern.First)} to {Weekday(pattern.Last)}"
            : $"on {CronPattern.And([.. FromMonday(days).Select(day => $"{Weekday(day)}s")])}";
    }

    /// <summary>As the week is read: Sunday comes last.</summary>
    private static IEnumerable<int> FromMonday(CronDays days) => new CronPattern(CronField.DaysOfWeek, days.DaysOfWeek).Values.OrderBy(day => (day + 6) % 7);

    private static int OnlyWeekday(in CronDays days) => new CronPattern(CronField.DaysOfWeek, days.DaysOfWeek).First;

    private static string OfMonths(CronPattern months)
    {
        if (months.IsAll) return "the month";
        return months is { IsRun: true, IsSingle: false } ? $"each month from {Month(months.First)} to {Month(months.Last)}" : months.List(Month);
    }

    private static string InMonths(CronPattern months)
    {
        if (months.IsAll) return "";
        return months is { IsRun: true, IsSingle: false } ? $"from {Month(months.First)} to {Month(months.Last)}" : $"in {months.List(Month)}";
    }

    private static string Weekday(int day) => DateTimeFormatInfo.InvariantInfo.DayNames[day];

    private static string Month(int month) => DateTimeFormatInfo.InvariantInfo.MonthNames[month - 1];
}
