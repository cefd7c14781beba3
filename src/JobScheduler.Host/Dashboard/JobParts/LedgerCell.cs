using System.Globalization;
using JobScheduler.Projections.Ledgers;

namespace JobScheduler.Host.Dashboard.JobParts;

/// <summary>A stretch of a calendar, as it is shown.</summary>
/// <param name="Name">Such as <c>22</c> or <c>13:00</c>.</param>
/// <param name="Title">Such as <c>Sun 22 Nov 2026</c>.</param>
/// <param name="Due">How many occurrences are due in it, the future included.</param>
/// <param name="Tally"><c>null</c>: not counted, or it lies ahead.</param>
internal sealed record LedgerCell(Stretch Stretch, string Name, string Title, long Due, LedgerTally? Tally)
{
    public long Missed { get; } = Tally?.Missed.Values.Sum() ?? 0;

    public long Skipped { get; } = Tally?.Skipped.Values.Sum() ?? 0;

    /// <summary>The worst outcome, as a style.</summary>
    public string Tone => Tally switch
    {
        null => "",
        { Unaccounted: > 0 } => "unaccounted",
        _ when Missed > 0 => "missed",
        { Failed: > 0 } => "bad",
        _ when Skipped > 0 => "warn",
        { Completed: > 0 } => "good",
        _ => "",
    };

    /// <summary>The number due, short: <c>3.6k</c>, <c>86k</c>.</summary>
    public string DueText => Due switch
    {
        0 => "",
        < 1_000 => Due.ToString(CultureInfo.InvariantCulture),
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{Due / 1000.0:0.#}k"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Due / 1000}k"),
    };

    /// <summary>What there is, in words.</summary>
    public string Told
    {
        get
        {
            var due = $"{Title}: {(Due == 0 ? "nothing" : Due.ToString("N0", CultureInfo.InvariantCulture))} due";
            if (Tally is not { } tally) return due;
            var parts = new (string Name, long Count)[]
            {
                ("completed", tally.Completed), ("failed", tally.Failed), ("skipped", Skipped), ("missed", Missed), ("open", tally.Open),
                ("unaccounted", tally.Unaccounted), ("undone by a change", tally.Unexpected),
            };
            return string.Join(", ", parts.Where(p => p.Count > 0).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Count:N0} {p.Name}")).Prepend(due));
        }
    }

    /// <summary>The parts of a whole of 1 that ended so, worst last.</summary>
    public IEnumerable<(string Tone, double Part)> Parts()
    {
        if (Tally is not { Expected: > 0 } tally) yield break;
        double all = tally.Expected;
        foreach (var (tone, count) in new[]
        {
            ("good", tally.Completed), ("accent", tally.Open), ("warn", Skipped), ("bad", tally.Failed), ("missed", Missed), ("unaccounted", tally.Unaccounted),
        })
        {
            if (count > 0) yield return (tone, count / all);
        }
    }
}
