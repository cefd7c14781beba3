using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.UnitTests.Executions;

public sealed class RecordAttemptTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Claim Claim = new(new("0198c5a0-0000-7000-8000-000000000001"), Noon, ExecutionTrigger.Manual);
    private static readonly DateTimeOffset Now = Noon.AddSeconds(2);

    private static readonly ExecutionPolicy ThreeAttempts = ExecutionPolicy.Default with
    {
        Retry = new(3, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), 2, Jitter: true),
    };

    [Fact]
    public void Attempt_completes_its_execution_when_it_succeeded()
    {
        var result = new AttemptResult(1, Noon, 12, 0, 200, Response: "ok");

        Decide(result).ShouldBe(new ExecutionCompleted(Claim.JobId, Noon, ExecutionTrigger.Manual, result));
    }

    [Theory]
    [InlineData(FailureKind.Timeout, null)]
    [InlineData(FailureKind.Connection, null)]
    [InlineData(FailureKind.StatusCode, 408)]
    [InlineData(FailureKind.StatusCode, 425)]
    [InlineData(FailureKind.StatusCode, 429)]
    [InlineData(FailureKind.StatusCode, 500)]
    [InlineData(FailureKind.StatusCode, 599)]
    public void Attempt_is_made_again_when_another_may_fare_better(FailureKind failure, int? statusCode)
    {
        var result = Failed(1, failure, statusCode);

        // Half of the first delay, by the random number.
        Decide(result).ShouldBe(new ExecutionAttemptFailed(Claim.JobId, Noon, result, Now.AddMilliseconds(500)));
    }

    [Theory]
    [InlineData(FailureKind.InvalidRequest, null)]
    [InlineData(FailureKind.OutcomeUnknown, null)]
    [InlineData(FailureKind.StatusCode, 404)]
    [InlineData(FailureKind.StatusCode, 409)]
    [InlineData(FailureKind.StatusCode, 302)]
    [InlineData(FailureKind.StatusCode, 204)]
    [InlineData(FailureKind.StatusCode, 499)]
    public void Execution_fails_when_another_attempt_would_fare_no_better(FailureKind failure, int? statusCode)
    {
        var result = Failed(1, failure, statusCode);

        Decide(result).ShouldBe(new ExecutionFailed(Claim.JobId, Noon, ExecutionTrigger.Manual, result));
    }

    [Theory]
    [InlineData(FailureKind.Timeout, null, false)]
    [InlineData(FailureKind.Connection, null, true)]
    [InlineData(FailureKind.StatusCode, 409, true)]
    [InlineData(FailureKind.StatusCode, 418, true)]
    [InlineData(FailureKind.StatusCode, 408, false)]
    [InlineData(FailureKind.StatusCode, 500, false)]
    [InlineData(FailureKind.InvalidRequest, null, false)]
    public void Attempt_is_made_again_when_the_job_lists_its_failure(FailureKind failure, int? statusCode, bool again)
    {
        RetryCondition[] on = [new(FailureKind.Connection), new(StatusCodes: new(409, 418)), new(StatusCodes: new(409, 418))];

        var decided = Decide(Failed(1, failure, statusCode), ThreeAttempts with { Retry = ThreeAttempts.Retry with { On = [.. on] } });

        (decided is ExecutionAttemptFailed).ShouldBe(again);
    }

    [Fact]
    public void Attempt_is_made_again_when_it_is_the_last_but_one() =>
        Decide(Failed(2, FailureKind.Timeout)).ShouldBeOfType<ExecutionAttemptFailed>().RetryAt.ShouldBe(Now.AddSeconds(1));

    [Fact]
    public void Execution_fails_when_the_attempts_are_exhausted() => Decide(Failed(3, FailureKind.Timeout)).ShouldBeOfType<ExecutionFailed>();

    [Fact]
    public void Execution_fails_at_once_when_the_job_has_no_retries() =>
        Decide(Failed(1, FailureKind.Timeout), ExecutionPolicy.Default).ShouldBeOfType<ExecutionFailed>();

    [Theory]
    [InlineData(FailureKind.Timeout, null)]
    [InlineData(FailureKind.Connection, null)]
    [InlineData(FailureKind.StatusCode, 503)]
    public void Execution_fails_at_once_when_the_job_is_sent_at_most_once(FailureKind failure, int? statusCode) =>
        Decide(Failed(1, failure, statusCode), ThreeAttempts with { Type = DeliveryType.AtMostOnce }).ShouldBeOfType<ExecutionFailed>();

    [Fact]
    public void Attempt_is_made_again_when_the_receiver_asked_for_it() =>
        Decide(Failed(1, FailureKind.StatusCode, 429), retryAfter: TimeSpan.FromSeconds(30))
            .ShouldBeOfType<ExecutionAttemptFailed>().RetryAt.ShouldBe(Now.AddSeconds(30));

    private static ExecutionEvent Decide(AttemptResult result, ExecutionPolicy? policy = null, TimeSpan? retryAfter = null) =>
        RecordAttempt.Decide(Claim, result, policy ?? ThreeAttempts, retryAfter, Now, random: 0.5);

    private static AttemptResult Failed(int attempt, FailureKind failure, int? statusCode = null) =>
        new(attempt, Noon, 12, 0, statusCode, failure, "It failed.");
}
