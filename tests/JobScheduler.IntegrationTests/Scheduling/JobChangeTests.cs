using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Testing;

namespace JobScheduler.IntegrationTests.Scheduling;

public sealed class JobChangeTests(PostgresFixture postgres)
{
    [Fact]
    public async Task New_schedule_changes_the_very_next_occurrence()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var job = await host.CreateAsync(host.Definition("/changed", cron: "0 0 0 1 1 *"));

        var changed = await host.AppendAsync(job, new JobRescheduled(new Schedule("* * * * * *")));
        var first = (await host.Receiver.WaitForAsync("/changed", 1))[0];

        first.ScheduledFor.ShouldBe(new Timetable(new Schedule("* * * * * *")).NextAfter(changed.Timestamp)!.Value);
    }

    [Fact]
    public async Task New_target_is_called_from_the_next_occurrence_on()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var job = await host.CreateAsync(host.Definition("/old"));
        await host.Receiver.WaitForAsync("/old", 1);

        await host.AppendAsync(job, new JobRetargeted(HttpTarget.To(host.Receiver.Url + "/new") with { Method = "PUT" }));

        (await host.Receiver.WaitForAsync("/new", 1))[0].Method.ShouldBe("PUT");
    }

    [Theory]
    [InlineData(typeof(JobPaused), SkipReason.JobPaused)]
    [InlineData(typeof(JobDeleted), SkipReason.JobDeleted)]
    public async Task Claimed_occurrence_ends_as_skipped_when_the_job_is_paused_or_deleted_before_its_instant(Type change, SkipReason reason)
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Scheduler:ClaimAhead", "00:00:10"));
        var job = await host.CreateAsync(host.Definition("/claimed", runAt: DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 8)));
        await host.UntilAsync(() => host.ExecutionsOfAsync(job), rows => rows.Count == 1);

        await host.AppendAsync(job, Activator.CreateInstance(change)!);
        var execution = (await host.EndedAsync(job, 1)).Single();

        execution.Status.ShouldBe(ExecutionStatus.Skipped);
        execution.SkipReason.ShouldBe(reason);
        host.Receiver.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Claimed_occurrence_ends_as_skipped_when_a_new_schedule_does_not_have_it_and_runs_when_it_has()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Scheduler:ClaimAhead", "00:00:10"));
        var instant = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 4);
        var loses = await host.CreateAsync(host.Definition("/loses", runAt: instant));
        var keeps = await host.CreateAsync(host.Definition("/keeps", runAt: instant));
        await host.UntilAsync(() => host.ExecutionsOfAsync(loses), rows => rows.Count == 1);
        await host.UntilAsync(() => host.ExecutionsOfAsync(keeps), rows => rows.Count == 1);

        await host.AppendAsync(loses, new JobRescheduled(new Schedule("0 0 0 1 1 *")));
        await host.AppendAsync(keeps, new JobRescheduled(new Schedule(null, instant, EndAt: instant)));

        (await host.EndedAsync(loses, 1)).Single().SkipReason.ShouldBe(SkipReason.JobChanged);
        (await host.EndedAsync(keeps, 1)).Single().Status.ShouldBe(ExecutionStatus.Completed);
        host.Receiver.Calls.Single().Path.ShouldBe("/keeps");
    }

    [Fact]
    public async Task Resumed_job_runs_from_its_resumption_on()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var job = await host.CreateAsync(host.Definition("/resumed"));
        await host.Receiver.WaitForAsync("/resumed", 1);
        var paused = await host.AppendAsync(job, new JobPaused());
        await host.UntilAsync(() => host.ExecutionsOfAsync(job), rows => rows.All(r => r.Status != ExecutionStatus.Open));
        var before = host.Receiver.Calls.Count;

        var resumed = await host.AppendAsync(job, new JobResumed());
        var after = (await host.Receiver.WaitForAsync("/resumed", before + 2)).Skip(before).ToList();

        after.ShouldAllBe(c => c.ScheduledFor > resumed.Timestamp);
        resumed.Timestamp.ShouldBeGreaterThan(paused.Timestamp);
    }
}
