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
    public ScheduledJob(JobRow row)
    {
        Id = row.Id;
        Apply(row);
        ClaimedThrough = row.Progress?.SettledThrough > row.DueAfter ? row.Progress.SettledThrough.Value : row.DueAfter;
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

    public void Apply(JobRow row)
    {
        var wanted = row.Definition;
        if (_schedule is null || _schedule != wanted.Schedule) (_schedule, Timetable) = SharedParts.Share(wanted.Schedule);
        Work = new(SharedParts.Share(wanted.Target), SharedParts.Share(wanted.Policy));
        (Version, State, DueAfter) = (row.Version, row.State, row.DueAfter);
    }
}
