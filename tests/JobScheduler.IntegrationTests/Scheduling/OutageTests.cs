using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using JobScheduler.Host.Scheduling;
using JobScheduler.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobScheduler.IntegrationTests.Scheduling;

/// <summary>What was due while nobody scheduled.</summary>
public sealed class OutageTests(PostgresFixture postgres)
{
    private static readonly TimeSpan AnHourAgo = TimeSpan.FromHours(-1);

    [Theory]
    [InlineData(MisfirePolicy.FireOnce, 1)]
    [InlineData(MisfirePolicy.FireAll, 12)]
    [InlineData(MisfirePolicy.Skip, 0)]
    public async Task Occurrences_of_an_outage_follow_the_misfire_policy_and_each_is_accounted_for(MisfirePolicy misfire, int late)
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres, AnHourAgo);
        // No instant within the minutes that the test takes.
        var definition = host.Definition("/outage", cron: $"0 {(DateTimeOffset.UtcNow.Minute + 3) % 5}/5 * * * *") with { Policy = ExecutionPolicy.Default with { Misfire = misfire } };
        var job = await host.CreateAsync(definition);
        var created = (await host.Jobs.FindAsync(job, default))!.CreatedAt;
        var due = new Timetable(definition.Schedule).Between(created, DateTimeOffset.UtcNow.AddSeconds(-2)).ToList();

        await host.RestartSchedulingAsync(("Scheduler:MisfireGrace", "00:00:01"));
        var accounted = await host.UntilAsync(
            async () => (
                Runs: await host.ExecutionsOfAsync(job),
                Missed: await host.Executions.MissedBetweenAsync(job, created, DateTimeOffset.MaxValue, default)),
            seen => seen.Runs.Count(r => r.Status == ExecutionStatus.Completed) + seen.Missed.Sum(m => m.Count) >= due.Count);

        due.Count.ShouldBeInRange(11, 12);
        var ran = accounted.Runs.Where(r => r.ScheduledFor <= due[^1]).Select(r => r.ScheduledFor).ToList();
        ran.ShouldBe(due.TakeLast(Math.Min(late, due.Count)));
        var missed = accounted.Missed.SingleOrDefault();
        (missed?.Count ?? 0).ShouldBe(due.Count - ran.Count);
        if (missed is null) return;
        missed.FirstAt.ShouldBe(due[0]);
        missed.LastAt.ShouldBe(due[due.Count - ran.Count - 1]);
        missed.Reason.ShouldBe(MissedReason.SchedulerDown);
    }

    [Theory]
    [InlineData(MisfirePolicy.FireOnce, 1)]
    [InlineData(MisfirePolicy.FireAll, 3)]
    [InlineData(MisfirePolicy.Skip, 0)]
    public async Task Outage_of_a_year_costs_by_the_jobs_and_not_by_their_occurrences(MisfirePolicy misfire, int late)
    {
        const int Jobs = 40;
        await using var host = await SchedulingHost.StartIdleAsync(postgres, TimeSpan.FromDays(-365));
        var policy = ExecutionPolicy.Default with { Misfire = misfire, MisfireLimit = 3 };
        var schedule = new Schedule("* * * * * *", EndAt: DateTimeOffset.UtcNow.AddMinutes(-1));
        for (var i = 0; i < Jobs; i++) await host.CreateAsync(host.Definition("/year") with { Policy = policy, Schedule = schedule });
        await host.StopAsync();

        using var commands = new CommandCount(host.DatabaseName);
        host.Start(default, ("Scheduler:Enabled", "true"), ("Scheduler:MisfireGrace", "1s"));
        var events = await host.UntilAsync(
            async () => (await host.Store.FeedAsync(0, null, 10_000)).Events.Where(e => e.Data is ExecutionEvent).Select(e => (ExecutionEvent)e.Data).ToList(),
            seen => seen.Count(e => e is JobOccurrencesMissed or ExecutionCompleted) >= Jobs * (1 + late));

        var missed = events.OfType<JobOccurrencesMissed>().ToList();
        missed.Count.ShouldBe(Jobs);
        missed.ShouldAllBe(m => m.Count > 31_000_000);
        events.Count.ShouldBe(Jobs * (1 + (2 * late)));
        commands.Count.ShouldBeInRange(1, 1_000);
    }

    [Fact]
    public async Task Occurrences_that_somebody_has_recorded_are_not_missed_again()
    {
        var everySecond = new Schedule("* * * * * *");
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        var job = await host.CreateAsync(host.Definition("/zombie"));
        var start = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        DateTimeOffset At(int seconds) => start.AddSeconds(seconds);
        foreach (var claimed in new[] { 3, 4, 3000 }) await host.AppendAsync(ExecutionId.Of(job, At(claimed)), new ExecutionScheduled(job, At(claimed)));
        for (var ended = 100; ended < 1300; ended++)
        {
            await host.Store.AppendAsync(
                ExecutionId.Of(job, At(ended)),
                ExpectedVersion.NoStream,
                [new ExecutionScheduled(job, At(ended)), new ExecutionSkipped(job, At(ended), ExecutionTrigger.Schedule, SkipReason.PreviousRunOpen)],
                EventMetadata.None);
        }

        await host.AppendAsync(ExecutionId.Of(job, At(2000)), new JobOccurrencesMissed(job, At(2000), At(2500), 501, MissedReason.SchedulerDown));
        var recorder = new MissedRecorder(host.Store, host.Records, NullLogger.Instance);
        var timetable = new Timetable(everySecond);

        foreach (var from in new[] { 1, 0, 2 })
        {
            await recorder.RecordAsync([new(new(job, At(from), At(4000), 4001 - from, MissedReason.SchedulerLate), timetable)]);
        }

        var records = await host.RecordsOfAsync(job, everySecond, At(-1), At(4000));
        records.Count.ShouldBe(4001);
        records.ShouldAllBe(r => r.Records == 1);
    }

    [Fact]
    public async Task Occurrences_of_a_schedule_that_was_changed_during_an_outage_are_recorded_as_missed()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres, AnHourAgo);
        var job = await host.CreateAsync(host.Definition("/superseded", cron: "0 */5 * * * *"));
        await host.StopAsync();
        host.Start();
        await host.AppendAsync(job, new JobRescheduled(new Schedule("0 0 0 1 1 *")));

        await host.RestartSchedulingAsync();
        var missed = await host.UntilAsync(
            () => host.Executions.MissedBetweenAsync(job, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, default), rows => rows.Count > 0);

        missed.Single().Reason.ShouldBe(MissedReason.ScheduleSuperseded);
        missed.Single().Count.ShouldBeInRange(11, 12);
        host.Receiver.Calls.ShouldBeEmpty();
    }
}
