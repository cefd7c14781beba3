using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Ledgers;

namespace JobScheduler.UnitTests.Projections;

/// <summary>The account of a job by sums, and by single executions, against the plain matching of the job's own ledger.</summary>
public sealed class JobAccountTests
{
    private const int Seconds = 12;
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid JobId = Guid.NewGuid();

    [Fact]
    public void Sums_and_matching_give_what_the_job_s_ledger_gives() => Prop.ForAll(Cases.ToArbitrary(), recorded =>
    {
        var (account, expected) = (Account(recorded), Summary(recorded));
        using var match = account.Match();
        foreach (var (second, status, reason) in Executions(recorded)) match.Recorded(At(second), status, reason);

        Figures(match.End()).ShouldBe(expected);
        if (account.TryBalance() is { } balanced) Figures(balanced).ShouldBe(expected);
        account.CountExpected().ShouldBe(expected.Expected);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Account_balances_by_its_sums_when_all_that_was_due_is_recorded_or_missed_or_yet_to_come()
    {
        char[] recorded = [.. "cfsommmccc--"];

        var tally = Account(recorded).TryBalance().ShouldNotBeNull();

        Figures(tally).ShouldBe((12, 4, 1, 1, 3, 1, 2, 0));
        tally.Skipped.ShouldHaveSingleItem().ShouldBe(new(SkipReason.PreviousRunOpen, 1));
        tally.Missed.ShouldHaveSingleItem().ShouldBe(new(MissedReason.SchedulerDown, 3));
    }

    /// <summary>An execution that nobody expected does not stand for one that is missing.</summary>
    [Theory]
    [InlineData("cc-cu-------")]
    [InlineData("c-ccc-------")]
    [InlineData("ccmMcc------")]
    public void Account_does_not_balance_by_its_sums_when_an_execution_is_missing_or_too_many(string recorded) =>
        Account([.. recorded]).TryBalance().ShouldBeNull();

    [Fact]
    public void Account_of_an_unknown_zone_is_not_readable()
    {
        var account = new JobAccount(JobId, Noon, At(Seconds));
        account.AddChange(Created(new Schedule("* * * * * *", TimeZone: "Gone/Zone")), Noon);

        account.IsReadable.ShouldBeFalse();
        account.CountExpected().ShouldBe(0);
    }

    /// <summary>A letter a second: completed, failed, skipped, open, missed, missed and yet executed, an unexpected one half a second later, nothing.</summary>
    private static Gen<char[]> Cases => Gen.Elements('c', 'c', 'c', 'f', 's', 'o', 'm', 'M', 'u', '-').ArrayOf(Seconds);

    private static JobAccount Account(char[] recorded)
    {
        var account = new JobAccount(JobId, Noon, At(Seconds));
        account.AddChange(Created(new Schedule("* * * * * *")), Noon.AddDays(-1));
        foreach (var range in Missed(recorded)) account.AddMissed(range);
        foreach (var group in Executions(recorded).GroupBy(e => (e.Status, e.Reason)))
        {
            var digest = group.Aggregate(default(InstantDigest), (sum, e) => sum.With((long)(e.Second * 1000)));
            account.AddRecorded(group.Key.Status, group.Key.Reason, digest, At(group.Max(e => e.Second)));
        }

        return account;
    }

    private static (long Expected, long Completed, long Failed, long Skipped, long Missed, long Open, long Unaccounted, long Unexpected) Summary(char[] recorded)
    {
        var expected = Enumerable.Range(1, Seconds).Select(s => At(s)).ToList();
        var rows = Executions(recorded).Select(e => new ExecutionRow(
            Guid.NewGuid(), JobId, At(e.Second), ExecutionTrigger.Schedule, e.Status, Noon, Noon, 5, 0, 1, 200, null, null, null, e.Reason, null)).ToList();
        var s = LedgerSummary.Of(Ledger.Match(expected, rows, [.. Missed(recorded)]));
        return (s.Expected, s.Completed, s.Failed, s.Skipped, s.Missed, s.Open, s.Unaccounted, s.Unexpected);
    }

    private static (long, long, long, long, long, long, long, long) Figures(LedgerTally t) => (
        t.Expected, t.Completed, t.Failed, t.Skipped.Values.Sum(), t.Missed.Values.Sum(), t.Open, t.Unaccounted, t.Unexpected);

    private static IEnumerable<(double Second, ExecutionStatus Status, SkipReason? Reason)> Executions(char[] recorded) => recorded
        .Select((letter, i) => (letter, Second: i + 1.0))
        .Where(r => r.letter is not ('-' or 'm'))
        .Select(r => r.letter switch
        {
            'f' => (r.Second, ExecutionStatus.Failed, (SkipReason?)null),
            's' => (r.Second, ExecutionStatus.Skipped, SkipReason.PreviousRunOpen),
            'o' => (r.Second, ExecutionStatus.Open, null),
            'u' => (r.Second - 0.5, ExecutionStatus.Skipped, SkipReason.JobChanged),
            _ => (r.Second, ExecutionStatus.Completed, null),
        });

    private static IEnumerable<MissedRow> Missed(char[] recorded) => recorded
        .Select((letter, i) => (letter, Second: i + 1))
        .Where(r => r.letter is 'm' or 'M')
        .Select(r => new MissedRow(Guid.NewGuid(), JobId, At(r.Second), At(r.Second), 1, MissedReason.SchedulerDown, Noon));

    private static JobCreated Created(Schedule schedule) =>
        new(schedule, HttpTarget.To("https://example.com"), ExecutionPolicy.Default, Alerting.Default, null, []);

    private static DateTimeOffset At(double seconds) => Noon.AddSeconds(seconds);
}
