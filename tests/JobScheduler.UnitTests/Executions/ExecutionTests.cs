using JobScheduler.Domain.Executions;

namespace JobScheduler.UnitTests.Executions;

public sealed class ExecutionTests
{
    private static readonly Guid JobId = new("0198c5a0-0000-7000-8000-000000000001");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AttemptResult Timeout = new(1, Noon, 30_000, 1, null, FailureKind.Timeout, "No answer within 30 s.");
    private static readonly AttemptResult Answer = new(2, Noon.AddMinutes(1), 12, 1, 200);
    private static readonly AttemptResult Gone = new(2, Noon.AddMinutes(1), 12, 1, 410, FailureKind.StatusCode, "410 Gone.");

    private static readonly ExecutionEvent Scheduled = new ExecutionScheduled(JobId, Noon);
    private static readonly ExecutionEvent Requested = new ExecutionRequested(JobId, Noon);
    private static readonly ExecutionEvent Missed = new JobOccurrencesMissed(JobId, Noon, Noon.AddHours(2), 3, MissedReason.SchedulerDown);
    private static readonly ExecutionEvent Retried = new ExecutionAttemptFailed(JobId, Noon, Timeout, Noon.AddMinutes(1));
    private static readonly ExecutionEvent Completed = new ExecutionCompleted(JobId, Noon, ExecutionTrigger.Schedule, Answer);
    private static readonly ExecutionEvent Failed = new ExecutionFailed(JobId, Noon, ExecutionTrigger.Schedule, Gone);
    private static readonly ExecutionEvent Skipped = new ExecutionSkipped(JobId, Noon, ExecutionTrigger.Schedule, SkipReason.JobChanged);

    private static readonly ExecutionEvent[] Beginnings = [Scheduled, Requested, Missed];
    private static readonly ExecutionEvent[] Ends = [Completed, Failed, Skipped];
    private static readonly ExecutionEvent[] All = [.. Beginnings, Retried, .. Ends];

    public static TheoryData<ExecutionEvent> NotABeginning => [Retried, .. Ends];

    public static TheoryData<ExecutionEvent[], ExecutionEvent> Impossible =>
    [
        .. Beginnings.Select(second => (new[] { Scheduled }, second)),
        .. from end in Ends from next in All select (new[] { Scheduled, end }, next),
        .. from next in All select (new[] { Missed }, next),
    ];

    [Fact]
    public void Execution_is_open_when_scheduled() => ShowsOf([Scheduled], ExecutionTrigger.Schedule, ExecutionStatus.Open, []);

    [Fact]
    public void Execution_is_open_when_requested() => ShowsOf([Requested], ExecutionTrigger.Manual, ExecutionStatus.Open, []);

    [Fact]
    public void Execution_is_missed_when_nobody_ran_it() => ShowsOf([Missed], ExecutionTrigger.Schedule, ExecutionStatus.Missed, []);

    [Fact]
    public void Execution_waits_for_its_retry_when_an_attempt_failed() =>
        ShowsOf([Scheduled, Retried], ExecutionTrigger.Schedule, ExecutionStatus.Open, [Timeout], retryAt: Noon.AddMinutes(1));

    [Fact]
    public void Execution_is_completed_with_all_its_attempts_when_the_last_succeeded() =>
        ShowsOf([Scheduled, Retried, Completed], ExecutionTrigger.Schedule, ExecutionStatus.Completed, [Timeout, Answer]);

    [Fact]
    public void Execution_is_failed_with_all_its_attempts_when_the_last_failed() =>
        ShowsOf([Requested, Retried, Failed], ExecutionTrigger.Manual, ExecutionStatus.Failed, [Timeout, Gone]);

    [Fact]
    public void Execution_is_skipped_with_the_reason_when_it_was_not_sent() =>
        ShowsOf([Scheduled, Skipped], ExecutionTrigger.Schedule, ExecutionStatus.Skipped, [], skipReason: SkipReason.JobChanged);

    [Fact]
    public void Execution_waits_for_no_retry_when_it_was_skipped_instead() =>
        ShowsOf([Scheduled, Retried, Skipped], ExecutionTrigger.Schedule, ExecutionStatus.Skipped, [Timeout], skipReason: SkipReason.JobChanged);

    [Theory]
    [MemberData(nameof(NotABeginning), DisableDiscoveryEnumeration = true)]
    public void Evolve_throws_when_the_stream_does_not_begin_with_a_claim(ExecutionEvent first) => CannotFollow(null, first);

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public void Evolve_throws_when_a_claim_follows_or_anything_follows_an_end(ExecutionEvent[] before, ExecutionEvent next) =>
        CannotFollow(Fold(before), next);

    private static Execution Fold(ExecutionEvent[] events) => events.Aggregate((Execution?)null, Execution.Evolve)!;

    private static void ShowsOf(
        ExecutionEvent[] events,
        ExecutionTrigger trigger,
        ExecutionStatus status,
        AttemptResult[] attempts,
        DateTimeOffset? retryAt = null,
        SkipReason? skipReason = null)
    {
        var execution = Fold(events);

        execution.Attempts.ShouldBe(attempts);
        execution.ShouldBe(new Execution(JobId, Noon, trigger, status, execution.Attempts, retryAt, skipReason));
    }

    private static void CannotFollow(Execution? execution, ExecutionEvent @event) =>
        Should.Throw<InvalidOperationException>(() => Execution.Evolve(execution, @event)).Message.ShouldContain(@event.GetType().Name);
}
