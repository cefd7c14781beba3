using JobScheduler.Host.Dashboard.Activity;
using JobScheduler.Host.Dashboard.Overview;
using JobScheduler.Host.Health;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Health;

namespace JobScheduler.UnitTests.Dashboard;

public sealed class VerdictTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Trouble None = new(new([], 0), new([], 0), [], 0, [new("scheduler", 90, Now)], 100);

    [Fact]
    public void All_is_well_when_nothing_is_wrong()
    {
        var verdict = Verdict.Of(None, StockOf(12), HourOf(completed: 3_400, failed: 0), problem: null);

        verdict.Tone.ShouldBe(Tone.Good);
        verdict.Headline.ShouldBe("All is well");
        verdict.Summary.ShouldBe("12 active jobs; 3,400 executions in the last hour, 100 % succeeded, half within 2.0 ms of their instant.");
        verdict.Concerns.ShouldBeEmpty();
    }

    [Fact]
    public void Failure_among_many_is_not_rounded_away() =>
        Verdict.Of(None, StockOf(1), HourOf(completed: 999_999, failed: 1), null).Summary.ShouldContain("99.99 % succeeded");

    [Fact]
    public void Headline_is_the_worst_concern()
    {
        var trouble = None with
        {
            Failing = new([], 2),
            Open = new([], 1),
            HeldBack = 5,
            Findings = [new(InvariantKind.NoScheduler, "scheduler", "No node schedules.", Now, "Start one.")],
        };

        var verdict = Verdict.Of(trouble, StockOf(3), HourOf(1, 1), null);

        verdict.Tone.ShouldBe(Tone.Bad);
        verdict.Headline.ShouldBe("Nobody schedules");
        verdict.Concerns.Select(c => c.Text).ShouldBe(["Nobody schedules", "2 jobs are failing", "1 alert is open", "5 jobs are held back"]);
    }

    [Fact]
    public void Held_back_jobs_are_a_warning()
    {
        var verdict = Verdict.Of(None with { HeldBack = 1 }, StockOf(3), null, null);

        verdict.Tone.ShouldBe(Tone.Warn);
        verdict.Concerns.Select(c => c.Text).ShouldBe(["1 job is held back"]);
    }

    [Fact]
    public void Database_that_does_not_answer_is_told_first()
    {
        var verdict = Verdict.Of(None with { HeldBack = 1 }, StockOf(3), null, "Connection refused");

        verdict.Tone.ShouldBe(Tone.Bad);
        verdict.Headline.ShouldBe("PostgreSQL does not answer");
        Verdict.Of(null, null, null, "Connection refused").Tone.ShouldBe(Tone.Bad);
    }

    [Fact]
    public void Nothing_is_called_well_that_is_not_known_yet() => Verdict.Of(null, null, null, null).Tone.ShouldBe(Tone.Idle);

    private static Stock StockOf(long active) => new(active, 0, [], new DatabaseFacts("17.2", 0, 1, 100, Now));

    private static ActivityHour HourOf(long completed, long failed)
    {
        // Bin 14 is around e^0.7 = 2.01 ms.
        var outcomes = new Outcomes(completed, failed, 0, new([(14, completed + failed)]), []);
        return new(Now.AddHours(-1), [.. Enumerable.Repeat(Outcomes.None, ActivityHour.Count - 1), outcomes], outcomes, []);
    }
}
