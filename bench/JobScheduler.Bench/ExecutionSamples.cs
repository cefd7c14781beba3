using JobScheduler.Domain.Executions;

namespace JobScheduler.Bench;

/// <summary>The events of executions as a busy scheduler appends them.</summary>
internal static class ExecutionSamples
{
    public static readonly DateTimeOffset Instant = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static ExecutionScheduled Claim(Guid job) => new(job, Instant, Instant.AddSeconds(1));

    public static ExecutionCompleted Completed(Guid job) => new(job, Instant, ExecutionTrigger.Schedule, Result(200));

    public static ExecutionFailed Failed(Guid job) => new(
        job, Instant, ExecutionTrigger.Schedule, Result(500) with { Failure = FailureKind.StatusCode, Error = "The answer was 500 Internal Server Error." });

    private static AttemptResult Result(int status) => new(1, Instant.AddMilliseconds(0.7), 12.345, 0.7, status, Response: "done");
}
