using JobScheduler.Domain.Executions;
using JobScheduler.Host.Dispatching;

namespace JobScheduler.Host.Scheduling;

/// <summary>How far a run has come.</summary>
internal enum RunStage
{
    /// <summary>Its claim is being appended.</summary>
    Claiming,

    /// <summary>Claimed, and waiting for its instant, for a retry's, or for the run before it.</summary>
    Waiting,

    /// <summary>With the dispatcher, or having its outcome appended.</summary>
    Sent,

    /// <summary>Not to be sent, which is being appended.</summary>
    Ending,
}

/// <summary>An execution on its way from the claim to its outcome. Changed by the scheduler's thread only, save for the request and the call.</summary>
internal sealed class Run(Guid executionId, ScheduledJob job, Claim claim, Work? replayed = null)
{
    public Guid ExecutionId { get; } = executionId;

    /// <summary>Of which the definition in force is the newest that is known, also after the claim.</summary>
    public ScheduledJob Job { get; set; } = job;

    public Claim Claim { get; } = claim;

    /// <summary>Host and port that it is meant for, as known at the claim.</summary>
    public string Host { get; } = (replayed ?? job.Work).Host;

    /// <summary>What is done: the job's present work, or, when it replays an earlier run, what was done then. To be read once a call.</summary>
    public Work Work => replayed ?? Job.Work;

    public RunStage Stage { get; set; } = RunStage.Claiming;

    /// <summary>When it is to be sent: its scheduled instant, or that of its retry.</summary>
    public DateTimeOffset DueAt { get; set; } = claim.ScheduledFor;

    /// <summary>The next attempt's number, from 1.</summary>
    public int Attempt { get; set; } = 1;

    /// <summary>Of its stream: what the next append expects.</summary>
    public long Version { get; set; } = 1;

    /// <summary>Its request, made ahead of the instant; <c>null</c> before that and after.</summary>
    public PreparedCall? Prepared { get; set; }

    /// <summary>Its call, handed over ahead of the instant; <c>null</c> before that and after, and when none could be.</summary>
    public HeldCall? Held { get; set; }

    /// <summary>Set when the job changed while the claim was being appended: it ends as skipped.</summary>
    public SkipReason? SkipWith { get; set; }
}
