using JobScheduler.Domain.Jobs;

namespace JobScheduler.Domain.Executions;

/// <summary>What a run that is due does.</summary>
public enum OverlapDecision
{
    Start,

    /// <summary>Wait for the run before it to end.</summary>
    Wait,

    Skip,
}

/// <summary>Applies a job's overlap policy to a run that is due. A manual run always starts: somebody asked for it. So does a retry.</summary>
public static class Overlap
{
    /// <param name="attempt">The attempt's number, from 1.</param>
    /// <param name="anotherIsOpen">Another run of the job has begun and not ended.</param>
    /// <param name="anotherWaits">Another run of the job waits already.</param>
    public static OverlapDecision Decide(OverlapPolicy policy, ExecutionTrigger trigger, int attempt, bool anotherIsOpen, bool anotherWaits)
    {
        if (policy == OverlapPolicy.Allow || trigger == ExecutionTrigger.Manual || attempt > 1 || !anotherIsOpen) return OverlapDecision.Start;
        return policy == OverlapPolicy.Queue && !anotherWaits ? OverlapDecision.Wait : OverlapDecision.Skip;
    }
}
