namespace JobScheduler.Checker;

/// <summary>
/// The rules of cron, written a second time in the plainest way: match the text of the fields against each second of local time.
/// Knows six fields, numbers only.
/// </summary>
public sealed class NaiveCron(string expression)
{
    private readonly string[] _fields = expression.Split(' ');

    private bool IsInterval => _fields[..3].Any(text => text.AsSpan().ContainsAny("*?-/"));

    public bool MatchesTime(DateTime local) =>
        MatchesSet(_fields[0], local.Second, 0, 59) && MatchesSet(_fields[1], local.Minute, 0, 59) && MatchesSet(_fields[2], local.Hour, 0, 23);

    public bool MatchesDay(DateTime local) =>
        MatchesDayOfMonth(_fields[3], local.Date) && MatchesSet(_fields[4], local.Month, 1, 12) && MatchesDayOfWeek(_fields[5], local.Date);

    /// <summary>Every occurrence in [from, to], which are whole seconds, by walking through each second of the zone's clock.</summary>
    public List<DateTime> OccurrencesBetween(DateTime from, DateTime to, TimeZoneInfo zone)
    {
        var found = new List<DateTime>();
        // Begins early where clocks are shifted, to know which local times are repeated.
        var utc = zone.GetAdjustmentRules().Length == 0 ? from : from.AddHours(-3);
        var latestLocal = Local(utc.AddSeconds(-1));
        for (; utc <= to; utc = utc.AddSeconds(1))
        {
            var local = Local(utc);
            var due = (local > latestLocal || IsInterval) && Matches(local);
            for (var lost = Local(utc.AddSeconds(-1)).AddSeconds(1); lost < local && !due; lost = lost.AddSeconds(1))
                due = Matches(lost);
            if (due && utc >= from)
                found.Add(utc);
            if (local > latestLocal)
                latestLocal = local;
        }

        return found;

        DateTime Local(DateTime instant) => DateTime.SpecifyKind(instant + zone.GetUtcOffset(instant), DateTimeKind.Unspecified);
    }

    /// <summary>The first occurrence on a clock without shifts within so many days, by trying each day, then each second of the day.</summary>
    public DateTime? FirstAtOrAfter(DateTime from, int days)
    {
        for (var day = from.Date; day <= from.AddDays(days); day = day.AddDays(1))
        {
            if (!MatchesDay(day))
                continue;
            for (var second = day < from ? from : day; second < day.AddDays(1); second = second.AddSeconds(1))
            {
                if (MatchesTime(second))
                    return second;
            }
        }

        return null;
    }

    private bool Matches(DateTime local) => MatchesTime(local) && MatchesDay(local);

    private static bool MatchesSet(string field, int value, int min, int max) => field.Split(',').Any(part =>
    {
        var (range, step) = part.Split('/') is [var before, var after] ? (before, int.Parse(after)) : (part, 1);
        var (low, high) = range.Split('-') switch
        {
            ["*" or "?"] => (min, max),
            [var first, var last] => (int.Parse(first), int.Parse(last)),
            [var single] => (int.Parse(single), part.Contains('/') ? max : int.Parse(single)),
            _ => throw new FormatException(field),
        };
        if (low <= high)
            return value >= low && value <= high && (value - low) % step == 0;

        var past = value >= low ? value - low : value - low + (max - min + 1);
        return (value >= low || value <= high) && past % step == 0;
    });

    private static bool MatchesDayOfMonth(string field, DateTime day)
    {
        var last = DateTime.DaysInMonth(day.Year, day.Month);
        var toWeekday = field.EndsWith('W');
        var plain = field.TrimEnd('W');
        if (!toWeekday && !plain.StartsWith('L'))
            return MatchesSet(plain, day.Day, 1, 31);

        var wanted = plain switch
        {
            "L" => last,
            ['L', '-', .. var back] => last - int.Parse(back),
            _ => int.Parse(plain),
        };
        if (wanted < 1 || wanted > last)
            return false;
        if (!toWeekday)
            return day.Day == wanted;

        // The candidates of the month by distance; a Saturday is nearer to Friday, a Sunday nearer to Monday.
        var target = new DateTime(day.Year, day.Month, wanted);
        return day == Enumerable.Range(1, last)
            .Select(number => new DateTime(day.Year, day.Month, number))
            .Where(candidate => candidate.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
            .MinBy(candidate => Math.Abs((candidate - target).Days));
    }

    private static bool MatchesDayOfWeek(string field, DateTime day)
    {
        if (field.EndsWith('L'))
            return MatchesDayOfWeek(field.TrimEnd('L'), day) && day.AddDays(7).Month != day.Month;
        if (field.Split('#') is [var weekday, var nth])
            return MatchesDayOfWeek(weekday, day) && (day.Day + 6) / 7 == int.Parse(nth);

        var number = (int)day.DayOfWeek;
        return MatchesSet(field, number, 0, 6) || (number == 0 && !field.Contains('*') && MatchesSet(field, 7, 0, 7));
    }
}
