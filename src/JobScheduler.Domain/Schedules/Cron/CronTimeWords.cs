using System.Globalization;

namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>The time of day of an expression in words.</summary>
internal static class CronTimeWords
{
    private const int FewTimes = 3;
    private const int MostTimes = 6;
    private const int LongRun = 4;

    /// <param name="isByTheClock">Whether they are times of day, such as "at 09:00", that a day has to be named with.</param>
    public static string Of(in CronTimes times, out bool isByTheClock)
    {
        var seconds = new CronPattern(CronField.Seconds, times.Seconds);
        var minutes = new CronPattern(CronField.Minutes, times.Minutes);
        var hours = new CronPattern(CronField.Hours, times.Hours);
        isByTheClock = false;
        if (seconds.IsEven) return Seconds(seconds, minutes, hours);
        var isFew = times.CountPerDay <= (minutes.IsEven && !hours.IsRun ? MostTimes : FewTimes);
        if (!isFew && Regular(seconds, minutes, hours) is { } words) return words;
        isByTheClock = times.CountPerDay <= MostTimes;
        return isByTheClock ? $"at {Times(seconds, minutes, hours)}" : Irregular(seconds, minutes, hours);
    }

    private static string Seconds(CronPattern seconds, CronPattern minutes, CronPattern hours)
    {
        var every = Every(seconds, "second");
        if (minutes.IsAll && hours.IsAll) return every + Since(seconds, "second");
        if (minutes.IsAll && hours.IsRun) return $"{every} from {Exact(hours.First, 0, seconds.First)} to {Exact(hours.Last, 59, seconds.Last)}";
        return minutes.IsRun && hours.IsSingle && minutes.First <= minutes.Last
            ? $"{every} from {Exact(hours.First, minutes.First, seconds.First)} to {Exact(hours.First, minutes.Last, seconds.Last)}"
            : every + Since(seconds, "second") + OfMinutes(minutes) + OfHours(hours, minutes);
    }

    /// <summary>At one second of the minute, and evenly or hourly; <c>null</c>: it is not.</summary>
    private static string? Regular(CronPattern seconds, CronPattern minutes, CronPattern hours)
    {
        if (!seconds.IsSingle) return null;
        var second = seconds.First;
        if (minutes.IsEven)
        {
            var every = Every(minutes, "minute");
            return hours.IsRun
                ? $"{every} from {Clock(hours.First, minutes.First, second)} to {Clock(hours.Last, minutes.Last, second)}"
                : every + Since(minutes, "minute") + (second == 0 ? "" : $" at second {second}") + OfHours(hours, minutes);
        }

        if (!minutes.IsSingle) return null;
        var minute = minutes.First;
        var past = second == 0 ? $"at minute {minute} past" : $"at second {second} of minute {minute} past";
        var isOnTheHour = (minute, second) == (0, 0);
        if (hours.IsAll) return isOnTheHour ? "every hour" : $"{past} every hour";
        if (hours is { IsEven: true, Values.Count: >= FewTimes })
        {
            if (hours.First != 0) return $"{Every(hours, "hour")} from {Clock(hours.First, minute, second)}";
            return isOnTheHour ? Every(hours, "hour") : $"{past} every {CronWords.Ordinal(hours.Step)} hour";
        }

        return hours.Step > 0 && hours.Values.Count >= LongRun
            ? $"{Every(hours, "hour")} from {Clock(hours.First, minute, second)} to {Clock(hours.Last, minute, second)}"
            : null;
    }

    private static string Irregular(CronPattern seconds, CronPattern minutes, CronPattern hours)
    {
        if (seconds is { IsSingle: true, First: 0 }) return At(minutes, "minute") + OfHours(hours, minutes);
        return At(seconds, "second") + OfMinutes(minutes) + OfHours(hours, minutes);
    }

    private static string Every(CronPattern values, string unit) => values.Step == 1 ? $"every {unit}" : $"every {values.Step} {unit}s";

    private static string Since(CronPattern values, string unit) => values.First == 0 ? "" : $" from {unit} {values.First}";

    private static string At(CronPattern values, string unit)
    {
        if (values.IsSingle) return $"at {unit} {values.First}";
        return values.Step > 0
            ? $"{Every(values, unit)} from {unit} {values.First} to {values.Last}"
            : $"at {unit}s {values.List(Number)}";
    }

    private static string OfMinutes(CronPattern minutes)
    {
        if (minutes.IsAll) return " of every minute";
        if (minutes.IsSingle) return $" of minute {minutes.First}";
        if (minutes.IsEven) return $" of every {CronWords.Ordinal(minutes.Step)} minute{Since(minutes, "minute")}";
        return minutes.Step > 1
            ? $" of every {CronWords.Ordinal(minutes.Step)} minute from {minutes.First} to {minutes.Last}"
            : minutes.IsRun ? $" of minutes {minutes.First} to {minutes.Last}" : $" of minutes {minutes.List(Number)}";
    }

    private static string OfHours(CronPattern hours, CronPattern minutes)
    {
        var of = minutes.IsEven ? "of" : "past";
        if (hours.IsAll) return minutes.IsEven ? "" : " past every hour";
        if (hours.IsRun) return $" between {Clock(hours.First, 0, 0)} and {Clock(hours.Last, 59, 0)}";
        if (hours.IsEven) return $" {of} every {CronWords.Ordinal(hours.Step)} hour{(hours.First == 0 ? "" : $" from {Clock(hours.First, 0, 0)}")}";
        return hours.Step > 0
            ? $" {of} every {CronWords.Ordinal(hours.Step)} hour from {Clock(hours.First, 0, 0)} to {Clock(hours.Last, 59, 0)}"
            : $" of the hours {hours.List(Number)}";
    }

    private static string Times(CronPattern seconds, CronPattern minutes, CronPattern hours) => CronPattern.And(
        [.. from hour in hours.Values from minute in minutes.Values from second in seconds.Values select Clock(hour, minute, second)]);

    private static string Clock(int hour, int minute, int second) =>
        second == 0 ? string.Create(CultureInfo.InvariantCulture, $"{hour:00}:{minute:00}") : Exact(hour, minute, second);

    private static string Exact(int hour, int minute, int second) => string.Create(CultureInfo.InvariantCulture, $"{hour:00}:{minute:00}:{second:00}");

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
