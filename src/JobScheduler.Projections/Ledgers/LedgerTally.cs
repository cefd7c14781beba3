using JobScheduler.Domain.Executions;

namespace JobScheduler.Projections.Ledgers;

/// <summary>
/// How many of a job's (or of all jobs') expected occurrences ended how: completed, failed, skipped, missed, open and unaccounted add up
/// to expected.
/// </summary>
public sealed class LedgerTally
{
    private readonly SortedDictionary<SkipReason, long> _skipped = [];
    private readonly SortedDictionary<MissedReason, long> _missed = [];

    public long Expected { get; private set; }

    public long Completed { get; private set; }

    public long Failed { get; private set; }

    public IReadOnlyDictionary<SkipReason, long> Skipped => _skipped;

    public IReadOnlyDictionary<MissedReason, long> Missed => _missed;

    /// <summary>Claimed, without an outcome so far.</summary>
    public long Open { get; private set; }

    /// <summary>There is no record of them.</summary>
    public long Unaccounted { get; private set; }

    /// <summary>Executions of instants at which the job was not due: claimed ahead, and undone by a change of the job.</summary>
    public long Unexpected { get; private set; }

    public void AddRecorded(ExecutionStatus status, SkipReason? reason, long count = 1)
    {
        Expected += count;
        switch (status)
        {
            case ExecutionStatus.Completed: Completed += count; break;
            case ExecutionStatus.Failed: Failed += count; break;
            case ExecutionStatus.Skipped: Add(_skipped, reason!.Value, count); break;
            case ExecutionStatus.Open: Open += count; break;
            default: throw new InvalidOperationException($"No execution is {status}.");
        }
    }

    public void AddMissed(MissedReason reason, long count = 1)
    {
        Expected += count;
        Add(_missed, reason, count);
    }

    public void AddUnaccounted(long count = 1)
    {
        Expected += count;
        Unaccounted += count;
    }

    public void AddUnexpected() => Unexpected++;

    public void Add(LedgerTally other)
    {
        Expected += other.Expected;
        Completed += other.Completed;
        Failed += other.Failed;
        Open += other.Open;
        Unaccounted += other.Unaccounted;
        Unexpected += other.Unexpected;
        foreach (var (reason, count) in other._skipped) Add(_skipped, reason, count);
        foreach (var (reason, count) in other._missed) Add(_missed, reason, count);
    }

    private static void Add<T>(SortedDictionary<T, long> counts, T reason, long count) where T : notnull =>
        counts[reason] = counts.GetValueOrDefault(reason) + count;
}
