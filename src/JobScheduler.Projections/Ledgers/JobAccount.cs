using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Projections.Executions;

namespace JobScheduler.Projections.Ledgers;

/// <summary>What the log holds of one job for a stretch of time, to be balanced: what was due against what is recorded.</summary>
/// <param name="jobId">The job.</param>
/// <param name="from">Excluded; whole milliseconds.</param>
/// <param name="to">Included.</param>
public sealed class JobAccount(Guid jobId, DateTimeOffset from, DateTimeOffset to)
{
    private readonly List<(JobEvent Event, DateTimeOffset At)> _changes = [];
    private readonly List<(ExecutionStatus Status, SkipReason? Reason, long Count)> _recorded = [];
    private readonly List<MissedRow> _missed = [];
    private IReadOnlyList<ActivePeriod>? _periods;
    private InstantDigest _digest;
    private DateTimeOffset _lastRecorded = DateTimeOffset.MinValue;

    public Guid JobId { get; } = jobId;

    /// <summary>False: this machine does not know a zone of the job, and cannot tell when it was due.</summary>
    public bool IsReadable => Periods.All(p => Timetable.TryRead(p.Schedule) is not null);

    private IReadOnlyList<ActivePeriod> Periods => _periods ??= JobHistory.ActivePeriods(_changes);

    /// <summary>In the order of the log; those that change neither the schedule nor the state may be left out.</summary>
    public void AddChange(JobEvent change, DateTimeOffset at) => _changes.Add((change, at));

    public void AddMissed(MissedRow range) => _missed.Add(range);

    /// <param name="digest">Of the instants of the executions that stand so.</param>
    /// <param name="last">The latest of the instants.</param>
    public void AddRecorded(ExecutionStatus status, SkipReason? reason, InstantDigest digest, DateTimeOffset last)
    {
        _recorded.Add((status, reason, digest.Count));
        _digest += digest;
        if (last > _lastRecorded) _lastRecorded = last;
    }

    /// <summary>How many occurrences were due; costs the same for many as for few.</summary>
    public long CountExpected()
    {
        var count = 0L;
        foreach (var period in Periods)
        {
            var (after, upTo) = (period.After > from ? period.After : from, period.UpTo < to ? period.UpTo.Value : to);
            if (after < upTo && Timetable.TryRead(period.Schedule) is { } timetable) count += timetable.CountBetween(after, upTo);
        }

        return count;
    }

    /// <summary>
    /// The tally, if what is recorded is just what was due: all that was due and not missed, up to the last that is recorded. <c>null</c>:
    /// it is not, and only a <see cref="Match"/> with each single execution tells.
    /// </summary>
    public LedgerTally? TryBalance()
    {
        var tally = new LedgerTally();
        var due = default(InstantDigest);
        foreach (var instant in Ledger.Expected(Periods, from, to))
        {
            if (RangeOf(_missed, instant) is { } range) tally.AddMissed(range.Reason);
            else if (instant <= _lastRecorded) due = due.With((instant - from).Ticks / TimeSpan.TicksPerMillisecond);
            else tally.AddUnaccounted();
        }

        if (due != _digest) return null;
        foreach (var (status, reason, count) in _recorded) tally.AddRecorded(status, reason, count);
        return tally;
    }

    /// <summary>To be told of each execution of the job, the earliest instant first.</summary>
    public LedgerMatch Match() => new(Ledger.Expected(Periods, from, to), _missed);

    internal static MissedRow? RangeOf(List<MissedRow> missed, DateTimeOffset instant)
    {
        foreach (var range in missed)
        {
            if (range.FirstAt <= instant && instant <= range.LastAt) return range;
        }

        return null;
    }
}

/// <summary>Goes along what was due and what is recorded side by side, in constant memory.</summary>
public sealed class LedgerMatch : IDisposable
{
    private readonly LedgerTally _tally = new();
    private readonly IEnumerator<DateTimeOffset> _expected;
    private readonly List<MissedRow> _missed;
    private bool _isMore;

    internal LedgerMatch(IEnumerable<DateTimeOffset> expected, List<MissedRow> missed)
    {
        (_expected, _missed) = (expected.GetEnumerator(), missed);
        _isMore = _expected.MoveNext();
    }

    /// <summary>An execution; none is earlier than the one before.</summary>
    public void Recorded(DateTimeOffset instant, ExecutionStatus status, SkipReason? reason)
    {
        while (_isMore && _expected.Current < instant) PassUnrecorded();
        if (_isMore && _expected.Current == instant)
        {
            _tally.AddRecorded(status, reason);
            _isMore = _expected.MoveNext();
        }
        else
        {
            _tally.AddUnexpected();
        }
    }

    /// <summary>After the last execution.</summary>
    public LedgerTally End()
    {
        while (_isMore) PassUnrecorded();
        return _tally;
    }

    public void Dispose() => _expected.Dispose();

    private void PassUnrecorded()
    {
        if (JobAccount.RangeOf(_missed, _expected.Current) is { } range) _tally.AddMissed(range.Reason);
        else _tally.AddUnaccounted();
        _isMore = _expected.MoveNext();
    }
}
