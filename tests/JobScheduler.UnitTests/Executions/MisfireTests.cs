using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.UnitTests.Schedules;

namespace JobScheduler.UnitTests.Executions;

public sealed class MisfireTests
{
    private static readonly Guid JobId = new("0198c5a0-0000-7000-8000-000000000001");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Timetable Hourly = new(new Schedule("0 * * * *"));

    public static TheoryData<MisfirePolicy> Policies => [.. Enum.GetValues<MisfirePolicy>()];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Nothing_is_decided_when_nothing_was_due(MisfirePolicy policy) => Shows(Decide(policy, hours: 0.99), null);

    [Fact]
    public void Latest_runs_and_the_others_are_missed_when_the_policy_is_fire_once() =>
        Shows(Decide(MisfirePolicy.FireOnce, hours: 5.5), Missed(1, 4, 4), 5);

    [Fact]
    public void Nothing_is_missed_when_one_was_due_and_the_policy_is_fire_once() => Shows(Decide(MisfirePolicy.FireOnce, hours: 1), null, 1);

    [Fact]
    public void All_run_when_the_policy_is_fire_all() => Shows(Decide(MisfirePolicy.FireAll, hours: 3), null, 1, 2, 3);

    [Fact]
    public void All_run_when_the_policy_is_fire_all_and_they_are_just_as_many_as_its_bound() =>
        Shows(Decide(MisfirePolicy.FireAll, hours: 100), null, [.. Enumerable.Range(1, 100)]);

    [Fact]
    public void First_is_missed_when_the_policy_is_fire_all_and_they_are_one_more_than_its_bound() =>
        Shows(Decide(MisfirePolicy.FireAll, hours: 101), Missed(1, 1, 1), [.. Enumerable.Range(2, 100)]);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void As_many_run_as_the_job_allows_when_the_policy_is_fire_all(int limit) =>
        Shows(
            Misfire.Decide(JobId, Hourly, MisfirePolicy.FireAll, Noon, Noon.AddHours(2000), MissedReason.SchedulerDown, limit),
            Missed(1, 2000 - limit, 2000 - limit),
            [.. Enumerable.Range(2001 - limit, limit)]);

    [Fact]
    public void All_are_missed_when_the_policy_is_skip() => Shows(Decide(MisfirePolicy.Skip, hours: 3), Missed(1, 3, 3));

    [Fact]
    public void Miss_all_records_every_occurrence() =>
        Misfire.MissAll(JobId, Hourly, Noon, Noon.AddHours(3), MissedReason.ScheduleSuperseded)
            .ShouldBe(new JobOccurrencesMissed(JobId, Noon.AddHours(1), Noon.AddHours(3), 3, MissedReason.ScheduleSuperseded));

    [Fact]
    public void Miss_all_is_none_when_nothing_was_due() =>
        Misfire.MissAll(JobId, Hourly, Noon, Noon.AddMinutes(59), MissedReason.ScheduleSuperseded).ShouldBeNull();

    [Theory]
    [MemberData(nameof(Policies))]
    public void Outage_of_ten_years_of_seconds_costs_a_bounded_list(MisfirePolicy policy)
    {
        const long Seconds = 3650L * 86_400;
        var everySecond = new Timetable(new Schedule("* * * * * *"));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var (missed, due) = Misfire.Decide(JobId, everySecond, policy, Noon, Noon.AddSeconds(Seconds), MissedReason.SchedulerDown);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(64 * 1024);
        due.Count.ShouldBeLessThanOrEqualTo(Misfire.DefaultLimit);
        (missed!.Count + due.Count).ShouldBe(Seconds);
    }

    [Fact]
    public void Missed_and_due_are_exactly_the_occurrences_each_once() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(TimetableCases.All, @case =>
        {
            var timetable = new Timetable(@case.Schedule);
            var expected = @case.Naive();
            foreach (var policy in Enum.GetValues<MisfirePolicy>())
            {
                var fired = Math.Min(expected.Count, policy switch { MisfirePolicy.Skip => 0, MisfirePolicy.FireOnce => 1, _ => 100 });

                var (missed, due) = Misfire.Decide(JobId, timetable, policy, @case.After, @case.UpTo, MissedReason.SchedulerLate);

                due.ShouldBe(expected[^fired..]);
                var unfired = expected[..^fired];
                missed.ShouldBe(unfired.Count == 0
                    ? null
                    : new JobOccurrencesMissed(JobId, unfired[0], unfired[^1], unfired.Count, MissedReason.SchedulerLate));
            }
        }));

    private static MisfireDecision Decide(MisfirePolicy policy, double hours) =>
        Misfire.Decide(JobId, Hourly, policy, Noon, Noon.AddHours(hours), MissedReason.SchedulerDown);

    private static JobOccurrencesMissed Missed(int fromHour, int toHour, long count) =>
        new(JobId, Noon.AddHours(fromHour), Noon.AddHours(toHour), count, MissedReason.SchedulerDown);

    private static void Shows(MisfireDecision decision, JobOccurrencesMissed? missed, params int[] dueHours)
    {
        decision.Missed.ShouldBe(missed);
        decision.Due.ShouldBe(dueHours.Select(hour => Noon.AddHours(hour)));
    }
}
