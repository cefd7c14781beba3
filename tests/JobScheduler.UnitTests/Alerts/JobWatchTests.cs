using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.UnitTests.Jobs;

namespace JobScheduler.UnitTests.Alerts;

/// <summary>An hourly job, due at 12:00, 13:00, …, that is overdue after 10 min and unaccounted for after 5.</summary>
public sealed class JobWatchTests
{
    private static readonly DateTimeOffset Noon = AlertSamples.Noon;
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);
    private static readonly DateTimeOffset LongAgo = Noon.AddDays(-1);

    private static readonly WatchedJob Job = new(
        AlertSamples.JobId, JobState.Active, JobSamples.Definition, new Timetable(JobSamples.Definition.Schedule), Noon.AddMinutes(-30), null, null, null, []);

    [Fact]
    public void Job_is_looked_at_again_when_it_could_be_unaccounted_for() =>
        Look(Job, Noon.AddMinutes(-29)).ShouldBe(new(null, null, Noon + Grace));

    [Fact]
    public void Job_is_unaccounted_for_when_nobody_claimed_its_instant_within_the_grace() =>
        Look(Job, Noon + Grace).ShouldBe(new(null, Noon, Noon + Grace + JobWatch.LookAgainAfter));

    [Fact]
    public void Job_is_overdue_when_the_bound_has_passed_and_it_has_not_run() =>
        Look(Job, Noon + Bound).Overdue.ShouldBe(new(Noon, OverdueCause.NotRun));

    [Fact]
    public void Job_that_ran_for_the_instant_is_looked_at_for_the_next()
    {
        var ran = Job with { SettledThrough = Noon, LastRunAt = Noon.AddMilliseconds(1), LastEndedFor = Noon };

        Look(ran, Noon.AddMinutes(20)).ShouldBe(new(null, null, Noon.AddHours(1) + Grace));
    }

    [Fact]
    public void Job_that_was_run_by_hand_since_is_not_overdue() =>
        Look(Job with { SettledThrough = Noon, LastRunAt = Noon.AddMinutes(3) }, Noon.AddMinutes(20)).Overdue.ShouldBeNull();

    [Fact]
    public void Job_is_overdue_when_its_instant_was_recorded_as_missed_and_it_has_not_run_since()
    {
        var missed = Job with { SettledThrough = Noon, LastRunAt = Noon.AddHours(-1), LastEndedFor = Noon.AddHours(-1) };

        Look(missed, Noon + Bound).ShouldBe(new(new(Noon, OverdueCause.NotRun), null, Noon + Bound + JobWatch.LookAgainAfter));
    }

    [Fact]
    public void Instant_that_was_skipped_for_an_open_run_is_not_overdue()
    {
        var skipped = Job with { SettledThrough = Noon, LastRunAt = Noon.AddHours(-1), LastEndedFor = Noon };

        Look(skipped, Noon + Bound).Overdue.ShouldBeNull();
    }

    [Fact]
    public void Open_run_has_its_timeout_besides()
    {
        var timeout = JobSamples.Definition.Target.Timeout;
        var open = Job with { Open = [new(Noon, Noon)] };

        Look(open, Noon + Bound + timeout - TimeSpan.FromTicks(1)).ShouldBe(new(null, null, Noon + Bound + timeout));
        Look(open, Noon + Bound + timeout).Overdue.ShouldBe(new(Noon, OverdueCause.NoOutcome));
        Look(open, Noon + Bound + timeout).UnaccountedSince.ShouldBeNull();
    }

    [Fact]
    public void Run_that_waits_for_its_retry_has_its_time_from_there()
    {
        var open = Job with { Open = [new(Noon, Noon.AddMinutes(30))] };

        Look(open, Noon.AddMinutes(31)).ShouldBe(new(null, null, Noon.AddMinutes(30) + Bound + JobSamples.Definition.Target.Timeout));
    }

    [Theory]
    [InlineData(OverlapPolicy.Allow, true)]
    [InlineData(OverlapPolicy.Skip, true)]
    [InlineData(OverlapPolicy.Queue, false)]
    public void Run_behind_one_that_has_time_left_is_overdue_unless_it_queues(OverlapPolicy overlap, bool overdue)
    {
        var open = Job with
        {
            Definition = JobSamples.Definition with { Policy = ExecutionPolicy.Default with { Overlap = overlap } },
            Open = [new(Noon, Noon), new(Noon.AddHours(-1), Noon.AddHours(1))],
        };

        (Look(open, Noon.AddMinutes(30)).Overdue is not null).ShouldBe(overdue);
    }

    [Fact]
    public void Bounds_count_from_when_jobs_are_scheduled_again()
    {
        var back = Noon.AddHours(5.5);

        Look(Job, back, schedulingSince: back).ShouldBe(new(null, null, back + Grace));
        Look(Job, back + Bound, schedulingSince: back).Overdue.ShouldBe(new(Noon, OverdueCause.NotRun));
    }

    [Fact]
    public void Job_whose_schedule_cannot_be_read_is_overdue_from_its_beginning_on() =>
        Look(Job with { Timetable = null }, Noon).ShouldBe(
            new(new(Job.DueAfter, OverdueCause.Unreadable), Job.DueAfter, Noon + JobWatch.LookAgainAfter));

    [Fact]
    public void Job_that_is_never_due_again_is_never_looked_at_again()
    {
        var once = Job with { Timetable = new Timetable(new Schedule(null, Noon)), SettledThrough = Noon, LastRunAt = Noon, LastEndedFor = Noon };

        Look(once, Noon.AddHours(1)).ShouldBe(new(null, null, DateTimeOffset.MaxValue));
    }

    [Theory]
    [InlineData(JobState.Paused)]
    [InlineData(JobState.Deleted)]
    public void Job_that_is_not_active_is_not_looked_at(JobState state) =>
        Look(Job with { State = state }, Noon.AddDays(1)).ShouldBe(new(null, null, DateTimeOffset.MaxValue));

    [Fact]
    public void Job_is_not_overdue_when_nobody_wants_to_be_told() =>
        JobWatch.Look(Job, null, Grace, LongAgo, Noon.AddMinutes(30)).ShouldBe(new(null, Noon, Noon.AddMinutes(30) + JobWatch.LookAgainAfter));

    [Fact]
    public void Situation_lasts_until_the_job_has_run()
    {
        JobWatch.IsOver(Job, Noon, Bound).ShouldBeFalse();
        JobWatch.IsOver(Job with { LastRunAt = Noon.AddHours(-1), LastEndedFor = Noon.AddHours(-1) }, Noon, Bound).ShouldBeFalse();
        JobWatch.IsOver(Job with { Open = [new(Noon.AddHours(1), Noon.AddHours(1))] }, Noon, Bound).ShouldBeFalse();
        JobWatch.IsOver(Job with { LastRunAt = Noon.AddMinutes(40) }, Noon, Bound).ShouldBeTrue();
        JobWatch.IsOver(Job with { LastEndedFor = Noon.AddHours(1) }, Noon, Bound).ShouldBeTrue();
    }

    [Fact]
    public void Situation_is_over_when_the_job_is_no_longer_due_or_nobody_wants_to_be_told()
    {
        JobWatch.IsOver(Job with { DueAfter = Noon.AddMinutes(15) }, Noon, Bound).ShouldBeTrue();
        JobWatch.IsOver(Job with { State = JobState.Paused }, Noon, Bound).ShouldBeTrue();
        JobWatch.IsOver(Job with { State = JobState.Deleted }, Noon, Bound).ShouldBeTrue();
        JobWatch.IsOver(Job, Noon, null).ShouldBeTrue();
    }

    public static TheoryData<OverdueCause, MissedSince?, string> Messages => new()
    {
        { OverdueCause.NotRun, null, "The job was due at 2026-03-01T12:00:00Z and has not run: nobody has claimed it." },
        { OverdueCause.NoOutcome, null, "The job was due at 2026-03-01T12:00:00Z and has not run: it was claimed and has no outcome." },
        { OverdueCause.Unreadable, null, "The job is not run: its schedule cannot be read on the machine that schedules." },
        {
            OverdueCause.NotRun, new(1, Noon, MissedReason.SchedulerDown),
            "The job was due at 2026-03-01T12:00:00Z and has not run: one occurrence was missed because no scheduler was running."
        },
        {
            OverdueCause.NotRun, new(3, Noon.AddHours(2), MissedReason.SchedulerLate),
            "The job was due at 2026-03-01T12:00:00Z and has not run: 3 occurrences up to 2026-03-01T14:00:00Z were missed because the scheduler was late."
        },
    };

    [Fact]
    public void Each_reason_for_missing_an_occurrence_has_its_words()
    {
        var messages = Enum.GetValues<MissedReason>()
            .Select(reason => RaiseOverdue.Decide(Job, new(Noon, OverdueCause.NotRun), new(1, Noon, reason)).Message);

        messages.ShouldBeUnique();
    }

    [Theory]
    [MemberData(nameof(Messages), DisableDiscoveryEnumeration = true)]
    public void Alert_says_what_happened(OverdueCause cause, MissedSince? missed, string message) =>
        RaiseOverdue.Decide(Job, new(Noon, cause), missed).ShouldBe(new AlertRaised(
            Job.Id, null, "hourly", "https://example.com/hook", Noon, null, null, null, message, null, 0, 0, null, AlertKind.NeverRan));

    [Fact]
    public void Every_reason_for_missing_has_its_words()
    {
        foreach (var reason in Enum.GetValues<MissedReason>())
            RaiseOverdue.Decide(Job, new(Noon, OverdueCause.NotRun), new(1, Noon, reason)).Message.ShouldMatch("because [a-z ]{10,}[.]$");
    }

    [Fact]
    public void Alert_is_of_another_kind_when_the_job_has_run_before() =>
        RaiseOverdue.Decide(Job with { LastRunAt = Noon.AddHours(-1) }, new(Noon, OverdueCause.NotRun), null).Kind.ShouldBe(AlertKind.Overdue);

    private static JobLook Look(WatchedJob job, DateTimeOffset now, DateTimeOffset? schedulingSince = null) =>
        JobWatch.Look(job, Bound, Grace, schedulingSince ?? LongAgo, now);
}
