using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.Checker;

/// <summary>How a job was from the instant <paramref name="After"/> on, exclusive, to <paramref name="UpTo"/>, inclusive.</summary>
internal sealed record JobSpan(
    DateTimeOffset After, DateTimeOffset UpTo, bool IsActive, Schedule Schedule, ExecutionPolicy Policy, Alerting Alerting);

/// <summary>
/// A job as its stream tells it over time. Folded here and not by the product's own code, which is what is being checked.
/// </summary>
internal sealed class JobTimeline
{
    private readonly List<JobSpan> _spans = [];
    private readonly List<LogEntry> _changes = [];

    public JobTimeline(IEnumerable<LogEntry> stream)
    {
        foreach (var entry in stream)
        {
            _changes.Add(entry);
            if (_spans is [.., var last] && entry.Data is not JobCreated)
            {
                _spans[^1] = last with { UpTo = entry.At };
                _spans.Add(After(last with { After = entry.At }, entry.Data));
            }
            else if (entry.Data is JobCreated e)
            {
                _spans.Add(new(entry.At, DateTimeOffset.MaxValue, true, e.Schedule, e.Policy, e.Alerting));
            }
        }
    }

    public IReadOnlyList<JobSpan> Spans => _spans;

    /// <summary>How the job was in any part of [from, to].</summary>
    public IEnumerable<JobSpan> Within(DateTimeOffset from, DateTimeOffset to) => _spans.Where(s => s.After <= to && s.UpTo >= from);

    /// <summary>Whether a change of this kind was recorded within [from, to].</summary>
    public bool Changed<T>(DateTimeOffset from, DateTimeOffset to) => _changes.Exists(c => c.Data is T && c.At >= from && c.At <= to);

    /// <summary>The latest change up to an instant.</summary>
    public DateTimeOffset LastChange(DateTimeOffset upTo) => _changes.FindLast(c => c.At < upTo)?.At ?? DateTimeOffset.MinValue;

    private static JobSpan After(JobSpan span, object change) => change switch
    {
        JobRescheduled e => span with { Schedule = e.Schedule },
        JobPolicyChanged e => span with { Policy = e.Policy },
        JobAlertingChanged e => span with { Alerting = e.Alerting },
        JobPaused or JobDeleted => span with { IsActive = false },
        JobResumed => span with { IsActive = true },
        _ => span,
    };
}
