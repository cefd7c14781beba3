using System.Text.Json.Serialization;

namespace JobScheduler.Domain.Jobs;

public enum JobState
{
    [JsonStringEnumMemberName("ACTIVE")]
    Active,

    [JsonStringEnumMemberName("PAUSED")]
    Paused,

    [JsonStringEnumMemberName("DELETED")]
    Deleted,
}

/// <summary>A job as its events tell it.</summary>
public sealed record Job(JobState State, JobDefinition Definition)
{
    /// <summary>The job after <paramref name="event"/>.</summary>
    /// <exception cref="InvalidOperationException">The event cannot follow: the stream is not a job's, or broken.</exception>
    public static Job Evolve(Job? job, JobEvent @event) => (job, @event) switch
    {
        ({ State: JobState.Deleted }, _) => throw CannotFollow(@event),
        (null, JobCreated e) => new(JobState.Active, new(e.Schedule, e.Target, e.Policy, e.Alerting, e.Name, e.Tags)),
        ({ } j, JobRescheduled e) => j with { Definition = j.Definition with { Schedule = e.Schedule } },
        ({ } j, JobRetargeted e) => j with { Definition = j.Definition with { Target = e.Target } },
        ({ } j, JobPolicyChanged e) => j with { Definition = j.Definition with { Policy = e.Policy } },
        ({ } j, JobAlertingChanged e) => j with { Definition = j.Definition with { Alerting = e.Alerting } },
        ({ } j, JobRenamed e) => j with { Definition = j.Definition with { Name = e.Name } },
        ({ } j, JobRetagged e) => j with { Definition = j.Definition with { Tags = e.Tags } },
        ({ } j, JobPaused) => j with { State = JobState.Paused },
        ({ } j, JobResumed) => j with { State = JobState.Active },
        ({ } j, JobDeleted) => j with { State = JobState.Deleted },
        _ => throw CannotFollow(@event),
    };

    private static InvalidOperationException CannotFollow(JobEvent @event) =>
        new($"{@event.GetType().Name} cannot follow in this job's stream.");
}
