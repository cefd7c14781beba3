namespace JobScheduler.Domain.Jobs;

/// <summary>What a command comes to: events to append (none when nothing changes), or a refusal.</summary>
public abstract record Decision
{
    private Decision() { }

    public sealed record Accepted(IReadOnlyList<JobEvent> Events) : Decision;

    public sealed record Rejected(JobRejection Reason) : Decision;

    public static Decision Accept(params IReadOnlyList<JobEvent> events) => new Accepted(events);

    public static Decision Reject(JobRejection reason) => new Rejected(reason);
}

/// <summary>Why a command on a job was refused.</summary>
public enum JobRejection
{
    /// <summary>There is no such job, or it was deleted.</summary>
    NotFound,
}
