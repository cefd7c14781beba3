using System.Text.Json.Serialization;
using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.Projections.Executions;

/// <summary>How an occurrence ended, as the ledger has it.</summary>
public enum LedgerOutcome
{
    [JsonStringEnumMemberName("COMPLETED")]
    Completed,

    [JsonStringEnumMemberName("FAILED")]
    Failed,

    [JsonStringEnumMemberName("SKIPPED")]
    Skipped,

    [JsonStringEnumMemberName("MISSED")]
    Missed,

    /// <summary>Claimed, without an outcome so far.</summary>
    [JsonStringEnumMemberName("OPEN")]
    Open,

    /// <summary>There is no record of it: the scheduler has yet to come to it.</summary>
    [JsonStringEnumMemberName("UNACCOUNTED")]
    Unaccounted,
}

/// <summary>One instant and what became of it.</summary>
/// <param name="Expected">Whether the job was due then; false: it was claimed for it and changed before it came.</param>
/// <param name="ExecutionId"><c>null</c> when there is no execution.</param>
/// <param name="Reason">Why it was skipped or missed, or how it failed; else <c>null</c>.</param>
public sealed record LedgerEntry(
    DateTimeOffset ScheduledFor,
    LedgerOutcome Outcome,
    bool Expected,
    Guid? ExecutionId,
    string? Reason,
    DateTimeOffset? ExecutionTime,
    int? StatusCode,
    double? DurationMs,
    string? Error);

/// <summary>How many of the expected occurrences ended how; the six parts add up to <paramref name="Expected"/>.</summary>
/// <param name="Unexpected">Executions for instants at which the job was not due after all.</param>
public sealed record LedgerSummary(
    int Expected, int Completed, int Failed, int Skipped, int Missed, int Open, int Unaccounted, int Unexpected)
{
    public static LedgerSummary Of(IReadOnlyCollection<LedgerEntry> entries)
    {
        return new(
            entries.Count(e => e.Expected),
            Count(LedgerOutcome.Completed),
            Count(LedgerOutcome.Failed),
            Count(LedgerOutcome.Skipped),
            Count(LedgerOutcome.Missed),
            Count(LedgerOutcome.Open),
            Count(LedgerOutcome.Unaccounted),
            entries.Count(e => !e.Expected));

        int Count(LedgerOutcome outcome) => entries.Count(e => e.Expected && e.Outcome == outcome);
    }
}

/// <summary>Accounts for a job's occurrences: what its log says was due against what was recorded.</summary>
public static class Ledger
{
    /// <summary>The instants in (<paramref name="from"/>, <paramref name="to"/>] at which the job was due, earliest first.</summary>
    public static IEnumerable<DateTimeOffset> Expected(IEnumerable<ActivePeriod> periods, DateTimeOffset from, DateTimeOffset to) =>
        from period in periods
        let after = period.After > @from ? period.After : @from
        let upTo = period.UpTo < to ? period.UpTo.Value : to
        where after < upTo
        from instant in new Timetable(period.Schedule).Between(after, upTo)
        select instant;

    /// <summary>An entry for each expected instant, and one for each execution of another; earliest first.</summary>
    /// <param name="executions">The job's scheduled ones, none of an instant twice.</param>
    /// <param name="missed">Ranges, whose ends are both missed.</param>
    public static IReadOnlyList<LedgerEntry> Match(
        IReadOnlyCollection<DateTimeOffset> expected, IReadOnlyCollection<ExecutionRow> executions, IReadOnlyCollection<MissedRow> missed)
    {
        var byInstant = executions.ToDictionary(e => e.ScheduledFor);
        var entries = expected.Select(instant =>
            byInstant.Remove(instant, out var execution) ? Recorded(execution, expected: true)
            : missed.FirstOrDefault(m => m.FirstAt <= instant && instant <= m.LastAt) is { } range ? Missed(instant, range)
            : new(instant, LedgerOutcome.Unaccounted, true, null, null, null, null, null, null)).ToList();
        entries.AddRange(byInstant.Values.Select(execution => Recorded(execution, expected: false)));
        return [.. entries.OrderBy(e => e.ScheduledFor)];
    }

    private static LedgerEntry Recorded(ExecutionRow e, bool expected) => new(
        e.ScheduledFor,
        OutcomeOf(e.Status),
        expected,
        e.Id,
        e.SkipReason is { } reason ? WireName.Of(reason) : e.Failure is { } failure ? WireName.Of(failure) : null,
        e.StartedAt,
        e.StatusCode,
        e.DurationMs,
        e.Error);

    private static LedgerEntry Missed(DateTimeOffset instant, MissedRow range) =>
        new(instant, LedgerOutcome.Missed, true, null, WireName.Of(range.Reason), null, null, null, null);

    private static LedgerOutcome OutcomeOf(ExecutionStatus status) => status switch
    {
        ExecutionStatus.Open => LedgerOutcome.Open,
        ExecutionStatus.Completed => LedgerOutcome.Completed,
        ExecutionStatus.Failed => LedgerOutcome.Failed,
        ExecutionStatus.Skipped => LedgerOutcome.Skipped,
        ExecutionStatus.Missed => LedgerOutcome.Missed,
        _ => throw new InvalidOperationException($"Unknown status {status}."),
    };
}
