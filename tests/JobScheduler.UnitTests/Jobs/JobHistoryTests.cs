using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.UnitTests.Jobs;

public sealed class JobHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Schedule Hourly = JobSamples.Definition.Schedule;
    private static readonly Schedule Daily = new("@daily");
    private static readonly JobEvent Created = CreateJob.Decide(JobSamples.Definition);

    [Fact]
    public void Periods_are_none_when_there_are_no_events() => JobHistory.ActivePeriods([]).ShouldBeEmpty();

    [Fact]
    public void Period_lasts_when_the_job_is_active() => Periods(Created).ShouldBe([new(Hourly, Day(0), null)]);

    [Fact]
    public void Period_goes_on_when_something_else_than_the_schedule_changed() =>
        Periods(Created, new JobRenamed("new"), new JobRetargeted(HttpTarget.To("https://b.example")), new JobRescheduled(Hourly))
            .ShouldBe([new(Hourly, Day(0), null)]);

    [Fact]
    public void Period_ends_and_another_begins_when_the_schedule_changed() =>
        Periods(Created, new JobRescheduled(Daily)).ShouldBe([new(Hourly, Day(0), Day(1)), new(Daily, Day(1), null)]);

    [Fact]
    public void Pause_is_left_out() =>
        Periods(Created, new JobPaused(), new JobResumed()).ShouldBe([new(Hourly, Day(0), Day(1)), new(Hourly, Day(2), null)]);

    [Fact]
    public void Period_has_the_new_schedule_when_it_changed_during_a_pause() =>
        Periods(Created, new JobPaused(), new JobRescheduled(Daily), new JobResumed())
            .ShouldBe([new(Hourly, Day(0), Day(1)), new(Daily, Day(3), null)]);

    [Fact]
    public void Period_ends_when_the_job_is_deleted() =>
        Periods(Created, new JobRenamed("new"), new JobDeleted()).ShouldBe([new(Hourly, Day(0), Day(2))]);

    [Fact]
    public void Period_ended_at_the_pause_when_a_paused_job_is_deleted() =>
        Periods(Created, new JobPaused(), new JobDeleted()).ShouldBe([new(Hourly, Day(0), Day(1))]);

    private static IReadOnlyList<ActivePeriod> Periods(params JobEvent[] events) =>
        JobHistory.ActivePeriods(events.Select((e, day) => (e, Day(day))));

    private static DateTimeOffset Day(int day) => Start.AddDays(day);
}
