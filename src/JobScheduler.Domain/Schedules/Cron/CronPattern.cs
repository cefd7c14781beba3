using System.Numerics;

namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>The values of one field, and what a reader sees in them: all, one, steps, a run from one value to another, or merely a list.</summary>
internal sealed class CronPattern
{
    private const int LeastOfARun = 3;

    public CronPattern(CronField field, ulong bits)
    {
        Values = ValuesOf(bits);
        IsAll = bits == field.AllBits;
        if (Values.Count > 1) FindSteps(field.Cycle);
    }

    /// <summary>Ascending; of a run that passes the field's end, in the order of the run.</summary>
    public IReadOnlyList<int> Values { get; private set; }

    public bool IsAll { get; }

    public bool IsSingle => Values.Count == 1;

    /// <summary>All values are equally far from each other, also across the field's end, such as every fifth minute.</summary>
    public bool IsEven { get; private set; }

    /// <summary>From value to value, when they are steps from the first to the last; 0: they are not.</summary>
    public int Step { get; private set; }

    /// <summary>Values that follow each other without a gap; a single one is such a run too.</summary>
    public bool IsRun => IsSingle || (Step == 1 && !IsAll);

    public int First => Values[0];

    public int Last => Values[^1];

    /// <summary>The values in words, neighbours drawn together: "1 to 5, 7 and 9".</summary>
    public string List(Func<int, string> name)
    {
        var parts = new List<string>();
        for (var i = 0; i < Values.Count;)
        {
            var end = i;
            while (end + 1 < Values.Count && Values[end + 1] == Values[end] + 1) end++;
            if (end - i + 1 < LeastOfARun) end = i;
            parts.Add(end == i ? name(Values[i]) : $"{name(Values[i])} to {name(Values[end])}");
            i = end + 1;
        }

        return And(parts);
    }

    /// <summary>"a, b and c".</summary>
    public static string And(IReadOnlyList<string> parts, string and = "and") => parts.Count == 1
        ? parts[0]
        : $"{string.Join(", ", parts.Take(parts.Count - 1))} {and} {parts[^1]}";

    private static List<int> ValuesOf(ulong bits)
    {
        var values = new List<int>();
        for (; bits != 0; bits &= bits - 1) values.Add(BitOperations.TrailingZeroCount(bits));
        return values;
    }

    // Gaps are taken round the cycle. One that differs from all others is where the steps begin anew.
    private void FindSteps(int cycle)
    {
        var count = Values.Count;
        var gaps = Values.Select((value, i) => i + 1 < count ? Values[i + 1] - value : Values[0] + cycle - value).ToList();
        var step = gaps.GroupBy(gap => gap).MaxBy(group => group.Count())!.Key;
        var odd = gaps.FindIndex(gap => gap != step);
        if (odd < 0)
        {
            (IsEven, Step) = (true, step);
            return;
        }

        if (count < LeastOfARun || gaps.Count(gap => gap != step) > 1) return;
        // Nobody would see 20, 45 and 10 as steps of 25.
        if (gaps[odd] < step && odd < count - 1) return;
        Step = step;
        Values = [.. Values.Skip(odd + 1), .. Values.Take(odd + 1)];
    }
}
