using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Projections.Executions;

namespace JobScheduler.UnitTests.Projections;

public sealed class LedgerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid JobId = Guid.NewGuid();
    private static readonly Schedule EverySecond = new("* * * * * *");

    [Fact]
    public void Expected_instants_are_those_of_the_active_periods_after_from_up_to_to()
    {
        ActivePeriod[] periods =
        [
            new(EverySecond, At(-5), At(2.5)),
            new(new Schedule("*/10 * * * * *"), At(7.5), null),
        ];

        Ledger.Expected(periods, At(0), At(20)).ShouldBe([At(1), At(2), At(10), At(20)]);
        Ledger.Expected(periods, At(2), At(10)).ShouldBe([At(10)]);
        Ledger.Expected(periods, At(3), At(7)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_expected_instant_has_one_entry_with_its_outcome()
    {
        ExecutionRow[] executions =
        [
            Row(1, ExecutionStatus.Completed),
            Row(2, ExecutionStatus.Failed) with { Failure = FailureKind.Timeout },
            Row(3, ExecutionStatus.Skipped) with { SkipReason = SkipReason.PreviousRunOpen },
            Row(4, ExecutionStatus.Open),
            Row(8, ExecutionStatus.Skipped) with { SkipReason = SkipReason.JobChanged },
        ];
        MissedRow[] missed = [new(Guid.NewGuid(), JobId, At(4), At(6), 3, MissedReason.SchedulerDown, At(9))];

        var entries = Ledger.Match([.. Enumerable.Range(1, 7).Select(i => At(i))], executions, missed);

        entries.Select(e => (e.ScheduledFor, e.Outcome, e.Expected, e.Reason)).ShouldBe(
        [
            (At(1), LedgerOutcome.Completed, true, null),
            (At(2), LedgerOutcome.Failed, true, "TIMEOUT"),
            (At(3), LedgerOutcome.Skipped, true, "PREVIOUS_RUN_OPEN"),
            (At(4), LedgerOutcome.Open, true, null),
            (At(5), LedgerOutcome.Missed, true, "SCHEDULER_DOWN"),
            (At(6), LedgerOutcome.Missed, true, "SCHEDULER_DOWN"),
            (At(7), LedgerOutcome.Unaccounted, true, null),
            (At(8), LedgerOutcome.Skipped, false, "JOB_CHANGED"),
        ]);
        LedgerSummary.Of(entries).ShouldBe(new LedgerSummary(
            Expected: 7, Completed: 1, Failed: 1, Skipped: 1, Missed: 2, Open: 1, Unaccounted: 1, Unexpected: 1));
    }

    private static DateTimeOffset At(double seconds) => Noon.AddSeconds(seconds);

    private static ExecutionRow Row(double at, ExecutionStatus status) => new(
        ExecutionId.Of(JobId, At(at)), JobId, At(at), ExecutionTrigger.Schedule, status, At(at), At(at), 5, 0, 1, 200, null, null, null, null, null);
}
