namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>One field of an expression: its range, the names for its values, and how to read one value.</summary>
internal sealed class CronField
{
    public static readonly CronField Seconds = new("Seconds", 0, 59, isTimeOfDay: true);
    public static readonly CronField Minutes = new("Minutes", 0, 59, isTimeOfDay: true);
    public static readonly CronField Hours = new("Hours", 0, 23, isTimeOfDay: true);
    public static readonly CronField DaysOfMonth = new("Days of month", 1, 31);

    public static readonly CronField Months = new(
        "Months", 1, 12, names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]);

    // Sunday is written 0 or 7 and kept as 0: the range has eight values, the cycle seven.
    public static readonly CronField DaysOfWeek = new(
        "Days of week", 0, 7, cycle: 7, names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);

    private readonly string[] _names;

    private CronField(string name, int first, int last, int? cycle = null, bool isTimeOfDay = false, string[]? names = null)
    {
        Name = name;
        First = first;
        Last = last;
        Cycle = cycle ?? last - first + 1;
        IsTimeOfDay = isTimeOfDay;
        _names = names ?? [];
    }

    public string Name { get; }

    /// <summary>The lowest value that may be written.</summary>
    public int First { get; }

    /// <summary>The highest value that may be written.</summary>
    public int Last { get; }

    /// <summary>The number of distinct values: a range that passes <see cref="Last"/> goes on at <see cref="First"/>.</summary>
    public int Cycle { get; }

    /// <summary>Whether '*', ranges and steps in this field make an interval expression.</summary>
    public bool IsTimeOfDay { get; }

    public ulong AllBits => ((1UL << Cycle) - 1) << First;

    private string Accepted => _names is [var first, .., var last] ? $"{First}-{Last} or {first}-{last}" : $"{First}-{Last}";

    /// <summary>A number of at most two digits, or a name in any case.</summary>
    public int ParseValue(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            throw new CronFormatException(this, $"a value is missing; use {Accepted}.");
        for (var i = 0; i < _names.Length; i++)
        {
            if (text.Equals(_names[i], StringComparison.OrdinalIgnoreCase))
                return First + i;
        }

        return ParseNumber(text, First, Last, Accepted);
    }

    public int ParseNumber(ReadOnlySpan<char> text, int min, int max, string? accepted = null)
    {
        if (text.IsEmpty)
            throw new CronFormatException(this, $"a number is missing; use {min}-{max}.");
        if (text.ContainsAnyExceptInRange('0', '9'))
            throw new CronFormatException(this, $"'{text}' is not understood; use {accepted ?? $"{min}-{max}"}.");

        var number = text.Length > 2 ? int.MaxValue : int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        return number >= min && number <= max
            ? number
            : throw new CronFormatException(this, $"'{text}' is outside {min}-{max}.");
    }

    /// <summary>The bits from <paramref name="low"/> to <paramref name="high"/>, passing the field's end when high is below low.</summary>
    public ulong BitsOf(int low, int high, int step)
    {
        // A range that begins with 7 begins on Sunday.
        if (low - First >= Cycle)
            (low, high) = (low - Cycle, high >= low ? high - Cycle : high);
        if (high < low)
            high += Cycle;

        var bits = 0UL;
        for (var value = low; value <= high; value += step)
            bits |= 1UL << (First + (value - First) % Cycle);
        return bits;
    }
}
