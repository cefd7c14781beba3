using JobScheduler.Domain.Jobs;

namespace JobScheduler.Domain.Executions;

/// <summary>What an outcome says again of its claim, so that it can be read alone.</summary>
public sealed record Claim(Guid JobId, DateTimeOffset ScheduledFor, ExecutionTrigger Trigger);

/// <summary>Decides what an attempt's result means for its execution: done, failed, or to be tried again.</summary>
public static class RecordAttempt
{
    /// <param name="retryAfter">What the receiver asked for with Retry-After, if it did.</param>
    /// <param name="now">The instant at which the result is there.</param>
    /// <param name="random">From 0 (included) to 1 (excluded).</param>
    public static ExecutionEvent Decide(
        Claim claim, AttemptResult result, ExecutionPolicy policy, TimeSpan? retryAfter, DateTimeOffset now, double random)
    {
        if (result.Success) return new ExecutionCompleted(claim.JobId, claim.ScheduledFor, claim.Trigger, result);
        var again = policy.Type == DeliveryType.AtLeastOnce && result.Attempt < policy.Retry.MaxAttempts && policy.Retry.Covers(result);
        return again
            ? new ExecutionAttemptFailed(
                claim.JobId, claim.ScheduledFor, result, now + policy.Retry.DelayAfter(result.Attempt, retryAfter, random))
            : new ExecutionFailed(claim.JobId, claim.ScheduledFor, claim.Trigger, result);
    }
}
