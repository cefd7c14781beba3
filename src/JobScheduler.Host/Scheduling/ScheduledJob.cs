using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Scheduling;

/// <summary>The call that a job makes, and how it is made.</summary>
internal sealed record Work(HttpTarget Target, ExecutionPolicy Policy)
{
    /// <summary>Host and port that it calls.</summary>
    public string Host => new Uri(Target.Api).Authority;
}

/// <summary>
/// What the scheduler keeps of a job. Changed by the scheduler's thread only; the dispatcher reads <see cref="Work"/>, once a call.
/// </summary>
internal sealed class ScheduledJob
{
    private Schedule? _schedule;

    /// <exception cref="TimeZoneNotFoundException">The job's zone is unknown on this machine.</exception>
    /// <exception cref="FormatException">The job's expression does not parse.</exception>
    public ScheduledJob(ActiveJob job)
        : this(job.Id, job.Version, JobState.Active, job.Definition, job.DueAfter, job.SettledThrough)
    {
    }

    /// <inheritdoc cref="ScheduledJob(ActiveJob)"/>
    public ScheduledJob(JobRow row)
        : this(row.Id, row.Version, row.State, row.Definition, row.DueAfter, row.Progress?.SettledThrough)
    {
    }

    private ScheduledJob(Guid id, long version, JobState state, JobDefinition definition, DateTimeOffset dueAfter, DateTimeOffset? settledThrough)
    {
        Id = id;
        Apply(version, state, definition, dueAfter);
        ClaimedThrough = settledThrough > dueAfter ? settledThrough.Value : dueAfter;
    }

    public Guid Id { get; }

    public long Version { get; private set; }

    public JobState State { get; private set; }

    /// <summary>What is done when it is due.</summary>
    public Work Work { get; private set; } = null!;

    /// <summary>Host and port that it calls.</summary>
    public string Host => Work.Host;

    public Timetable Timetable { get; private set; } = null!;

    /// <summary>What is due later than this instant is due on the timetable; what was due up to it stays due.</summary>
    public DateTimeOffset DueAfter { get; private set; }

    /// <summary>Occurrences up to this instant are claimed or settled.</summary>
    public DateTimeOffset ClaimedThrough { get; set; }

    /// <summary>It could not claim all that was due: too many runs to its host are open.</summary>
    public bool HeldBack { get; set; }

    /// <summary>Its entry in the heap is the one of this number; others are stale.</summary>
    public int HeapEntry { get; set; }

    /// <summary>Its runs without an outcome.</summary>
    public List<Run> Runs { get; } = [];

    /// <summary>A run that waits for the one before it to end (overlap policy QUEUE).</summary>
    public Run? Queued { get; set; }

    public void Apply(JobRow row) => Apply(row.Version, row.State, row.Definition, row.DueAfter);

    private void Apply(long version, JobState state, JobDefinition wanted, DateTimeOffset dueAfter)
    {
        if (_schedule is null || _schedule != wanted.Schedule) (_schedule, Timetable) = SharedParts.Share(wanted.Schedule);
        Work = new(SharedParts.Share(wanted.Target), SharedParts.Share(wanted.Policy));
        (Version, State, DueAfter) = (version, state, dueAfter);
    }
}

/// <summary>A job and where in the heap it belongs; <c>null</c>: nowhere, it is not due again.</summary>
internal sealed record ReadyJob(ScheduledJob Job, DateTimeOffset? Next);
