using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Scheduling;

/// <summary>What the scheduler keeps of a job. Changed by the scheduler's thread only.</summary>
internal sealed class ScheduledJob
{
    private Uri? _api;

    public ScheduledJob(JobRow row)
    {
        Id = row.Id;
        Apply(row);
        ClaimedThrough = row.Progress?.SettledThrough > row.DueAfter ? row.Progress.SettledThrough.Value : row.DueAfter;
    }

    public Guid Id { get; }

    public long Version { get; private set; }

    public JobState State { get; private set; }

    public JobDefinition Definition { get; private set; } = null!;

    public Timetable Timetable { get; private set; } = null!;

    /// <summary>The URL to call, parsed when it is first needed.</summary>
    public Uri Api => _api ??= new Uri(Definition.Target.Api);

    /// <summary>Occurrences up to this instant are claimed or settled.</summary>
    public DateTimeOffset ClaimedThrough { get; set; }

    /// <summary>Its entry in the heap is the one of this number; others are stale.</summary>
    public int HeapEntry { get; set; }

    /// <summary>Its runs without an outcome.</summary>
    public List<Run> Runs { get; } = [];

    /// <summary>A run that waits for the one before it to end (overlap policy QUEUE).</summary>
    public Run? Queued { get; set; }

    public void Apply(JobRow row)
    {
        if (Definition is null || Definition.Schedule != row.Definition.Schedule) Timetable = new Timetable(row.Definition.Schedule);
        _api = null;
        (Version, State, Definition) = (row.Version, row.State, row.Definition);
    }
}
