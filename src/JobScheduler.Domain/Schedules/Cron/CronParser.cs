namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>Reads an expression by Cronos' grammar; every error is a <see cref="CronFormatException"/>.</summary>
internal static class CronParser
{
    private static readonly char[] Whitespace = [' ', '\t'];

    public static CronExpression Parse(string expression, CronFormat format)
    {
        var words = expression.Split(Whitespace, StringSplitOptions.RemoveEmptyEntries);
        if (words is [['@', ..] macro])
            return ParseMacro(macro);

        var withSeconds = (format & CronFormat.IncludeSeconds) != 0;
        RequireFields(words.Length, withSeconds);
        ReadOnlySpan<string> fields = withSeconds ? words : ["0", .. words];

        var isInterval = false;
        var times = new CronTimes(
            ParseSet(CronField.Seconds, fields[0], ref isInterval),
            ParseSet(CronField.Minutes, fields[1], ref isInterval),
            ParseSet(CronField.Hours, fields[2], ref isInterval));
        var days = ParseDaysOfWeek(
            fields[5],
            ParseDaysOfMonth(fields[3], default) with { Months = (ushort)ParseSet(CronField.Months, fields[4], ref isInterval) });

        return new CronExpression(new CronCalendar(times, days), isInterval);
    }

    private static void RequireFields(int found, bool withSeconds)
    {
        var (expected, fields) = withSeconds
            ? (6, "second, minute, hour, day of month, month, day of week")
            : (5, "minute, hour, day of month, month, day of week");
        if (found == expected)
            return;

        var hint = (withSeconds, found) switch
        {
            (false, 6) => $" A sixth field, for the second, needs {nameof(CronFormat)}.{nameof(CronFormat.IncludeSeconds)}.",
            (true, 5) => $" Without a field for the second, use {nameof(CronFormat)}.{nameof(CronFormat.Standard)}.",
            _ => "",
        };
        throw new CronFormatException($"Found {found} field{(found == 1 ? "" : "s")}; {expected} are needed ({fields}), or a macro such as '@daily'.{hint}");
    }

    private static CronExpression ParseMacro(string macro) => macro.ToUpperInvariant() switch
    {
        "@EVERY_SECOND" => CronExpression.EverySecond,
        "@EVERY_MINUTE" => CronExpression.EveryMinute,
        "@HOURLY" => CronExpression.Hourly,
        "@DAILY" or "@MIDNIGHT" => CronExpression.Daily,
        "@WEEKLY" => CronExpression.Weekly,
        "@MONTHLY" => CronExpression.Monthly,
        "@YEARLY" or "@ANNUALLY" => CronExpression.Yearly,
        _ => throw new CronFormatException(
            $"'{macro}' is not a macro; use @every_second, @every_minute, @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually."),
    };

    // L, L-n, each with or without W; nW; or a set.
    private static CronDays ParseDaysOfMonth(ReadOnlySpan<char> text, CronDays days)
    {
        var field = CronField.DaysOfMonth;
        RequireAlone(field, text, "LW");

        var nearestWeekday = text[^1] is 'W' or 'w';
        var day = nearestWeekday ? text[..^1] : text;
        if (day is ['L' or 'l', .. var back])
        {
            if (back is not ([] or ['-', ..]))
                throw new CronFormatException(field, $"'{text}' is not understood; use 'L', 'L-3', 'LW' or 'L-3W'.");
            var fromLast = back.IsEmpty ? 0 : field.ParseNumber(back[1..], 0, field.Last - 1);
            return days with { FromLast = (byte)fromLast, NearestWeekday = nearestWeekday };
        }

        var isInterval = false;
        return nearestWeekday
            ? days with { DaysOfMonth = 1u << field.ParseValue(day), NearestWeekday = true }
            : days with { DaysOfMonth = (uint)ParseSet(field, text, ref isInterval) };
    }

    // nL, n#k, or a set.
    private static CronDays ParseDaysOfWeek(ReadOnlySpan<char> text, CronDays days)
    {
        var field = CronField.DaysOfWeek;
        RequireAlone(field, text, "L#");

        if (text[^1] is 'L' or 'l')
            return days with { DaysOfWeek = OnWeekday(text[..^1]), WeekdayInMonth = CronDays.LastInMonth };
        if (text.IndexOf('#') is >= 0 and var hash)
        {
            var nth = field.ParseNumber(text[(hash + 1)..], 1, 5);
            return days with { DaysOfWeek = OnWeekday(text[..hash]), WeekdayInMonth = (byte)nth };
        }

        var isInterval = false;
        return days with { DaysOfWeek = (byte)ParseSet(field, text, ref isInterval) };

        byte OnWeekday(ReadOnlySpan<char> name)
        {
            var weekday = field.ParseValue(name);
            return (byte)field.BitsOf(weekday, weekday, 1);
        }
    }

    private static void RequireAlone(CronField field, ReadOnlySpan<char> text, string letters)
    {
        if (text.Contains(',') && text.ContainsAny(letters))
            throw new CronFormatException(field, $"'{text}' mixes '{letters[0]}' or '{letters[1]}' with a list; they stand alone.");
    }

    // '*' or '?', with or without a step; or a list of values and ranges, each with or without a step.
    private static ulong ParseSet(CronField field, ReadOnlySpan<char> text, ref bool isInterval)
    {
        if (text is ['*' or '?', .. var rest])
        {
            isInterval |= field.IsTimeOfDay;
            return rest switch
            {
                [] => field.AllBits,
                ['/', .. var step] => field.BitsOf(field.First, field.Last, field.ParseNumber(step, 1, field.Last)),
                _ => throw new CronFormatException(
                    field, $"'{text}' is not understood; '{text[0]}' stands alone or with a step, such as '{text[0]}/5'."),
            };
        }

        var bits = 0UL;
        foreach (var part in text.Split(','))
            bits |= ParsePart(field, text[part], ref isInterval);
        return bits;
    }

    private static ulong ParsePart(CronField field, ReadOnlySpan<char> text, ref bool isInterval)
    {
        var slash = text.IndexOf('/');
        var range = slash < 0 ? text : text[..slash];
        var dash = range.IndexOf('-');

        var low = field.ParseValue(dash < 0 ? range : range[..dash]);
        if (slash < 0 && dash < 0)
            return field.BitsOf(low, low, 1);

        isInterval |= field.IsTimeOfDay;
        var high = dash < 0 ? field.Last : field.ParseValue(range[(dash + 1)..]);
        var step = slash < 0 ? 1 : field.ParseNumber(text[(slash + 1)..], 1, field.Last);
        return field.BitsOf(low, high, step);
    }
}
