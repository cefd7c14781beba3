using System.Globalization;

namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>Says in English when an expression is due: "every 5 seconds", "at 09:00 on the last weekday of the month".</summary>
public static class CronWords
{
    /// <summary>Expressions with the same local times have the same words, however they are written.</summary>
    public static string Of(CronExpression expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var (times, days) = expression.Calendar;
        var time = CronTimeWords.Of(times, out var isByTheClock);
        var day = CronDayWords.Of(days);
        if (day.Length == 0) return isByTheClock ? $"{time} every day" : time;
        if (isByTheClock && CronDayWords.IsOfEveryDay(days)) day = $"every day {day}";
        // "… from 09:00 to 17:00, from Monday to Friday"
        return HasBounds(time) && HasBounds($" {day}") ? $"{time}, {day}" : $"{time} {day}";
    }

    /// <summary>Of five fields, six with seconds first, or a macro; <c>null</c> when it does not parse.</summary>
    public static string? Of(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        try
        {
            return Of(Timetable.ParseCron(expression));
        }
        catch (CronFormatException)
        {
            return null;
        }
    }

    /// <summary>1st, 2nd, 3rd, 4th, …, 11th, …, 21st.</summary>
    internal static string Ordinal(int number) => number.ToString(CultureInfo.InvariantCulture) + (number % 10, number / 10) switch
    {
        (_, 1) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };

    private static bool HasBounds(string text) =>
        text.Contains(" from ", StringComparison.Ordinal) || text.Contains(" between ", StringComparison.Ordinal);
}
