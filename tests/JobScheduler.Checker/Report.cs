using System.Globalization;
using System.Text;

namespace JobScheduler.Checker;

/// <summary>What became of an instant at which a job was due, or of a run that was asked for.</summary>
public enum Fate
{
    /// <summary>The receiver was called once.</summary>
    RanOnce,

    /// <summary>The receiver was called more than once: retries, or repetition after a fault.</summary>
    RanMoreThanOnce,

    /// <summary>Recorded as failed, and no call reached the receiver.</summary>
    NotReached,

    Skipped,
    Missed,

    /// <summary>Under way still.</summary>
    Open,

    /// <summary>There is no record of it.</summary>
    Unaccounted,
}

/// <summary>A promise that was broken.</summary>
public enum Broken
{
    /// <summary>An instant at which a job was due has no record.</summary>
    Unaccounted,

    /// <summary>An instant has more than one record.</summary>
    RecordedTwice,

    /// <summary>Something ran at an instant at which it was not due.</summary>
    Unexpected,

    /// <summary>A call whose execution is not in the log, or is another job's or instant's.</summary>
    UnknownCall,

    /// <summary>A call arrived before its instant, or its retry's.</summary>
    Early,

    /// <summary>A call arrived too long after its instant, without a fault.</summary>
    Late,

    /// <summary>A claim has had no outcome for too long.</summary>
    Open,

    /// <summary>Two runs of a job were under way together that must not be.</summary>
    Overlap,

    /// <summary>An attempt was made twice without a fault, or at all though the job is never to be sent twice.</summary>
    SentTwice,

    /// <summary>A call was made before its claim was in the log, or without the failed attempt that it follows.</summary>
    SentUnrecorded,

    /// <summary>A call was made although its execution was recorded as skipped.</summary>
    SentThoughSkipped,

    /// <summary>An answer is recorded of a call that no receiver got.</summary>
    RecordedWithoutCall,

    /// <summary>Skipped or missed for a reason that was not the case.</summary>
    WrongReason,

    /// <summary>Something that a client was told is done is not in the log.</summary>
    LostAcknowledgement,

    /// <summary>A stream has gaps, or events that cannot follow each other.</summary>
    BrokenStream,

    /// <summary>A failure without its alert, or an alert whose delivery is not recorded or did not happen.</summary>
    AlertLost,
}

/// <summary>A broken promise and where it was broken.</summary>
/// <param name="JobId"><see cref="Guid.Empty"/> when it is of no job.</param>
public sealed record Objection(Broken Broken, Guid JobId, DateTimeOffset? Instant, string Text)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Broken}: job {JobId}{(Instant is { } i ? $" at {i:yyyy-MM-dd'T'HH:mm:ss.fff}" : "")}: {Text}");
}

/// <summary>Every instant's fate, counted, and what is objected to.</summary>
/// <param name="Fates">How many ended how.</param>
/// <param name="Causes">Why, where there is a reason: of repeated calls, failures, skipped and missed occurrences.</param>
/// <param name="WorstLateness">Of the first calls of occurrences outside of faults.</param>
public sealed record Report(
    IReadOnlyDictionary<Fate, int> Fates,
    IReadOnlyDictionary<string, int> Causes,
    TimeSpan WorstLateness,
    IReadOnlyList<Objection> Objections)
{
    private const int Shown = 50;

    public int Count(Fate fate) => Fates.GetValueOrDefault(fate);

    /// <summary>For people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Fates.Values.Sum()} expected: {Listed(Fates)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"causes: {Listed(Causes)}; worst lateness without a fault: {WorstLateness.TotalMilliseconds:0.0} ms");
        text.AppendLine(Objections.Count == 0 ? "no objections" : $"{Objections.Count} OBJECTIONS");
        foreach (var objection in Objections.Take(Shown)) text.AppendLine(objection.ToString());
        return text.ToString();
    }

    private static string Listed<T>(IReadOnlyDictionary<T, int> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.OrderBy(c => c.Key).Select(c => $"{c.Value} {c.Key}"));
}
