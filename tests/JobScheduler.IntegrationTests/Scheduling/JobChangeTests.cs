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

    /// <summary>The follower saves its checkpoint after each batch: as long as it cannot, it takes no further changes.</summary>
    [Fact]
    public async Task Changes_that_the_scheduler_comes_to_late_hold_each_from_its_own_instant()
    {
        var everySecond = new Schedule("* * * * * *");
        var never = new Schedule("0 0 0 1 1 *");
        await using var host = await SchedulingHost.StartAsync(postgres);
        await host.CreateAsync(host.Definition("/beat"));
        var briefly = await host.CreateAsync(host.Definition("/briefly"));
        await host.AppendAsync(briefly, new JobPaused());
        var rescheduled = await host.CreateAsync(host.Definition("/rescheduled", cron: "0 0 0 1 1 *"));
        await host.Receiver.WaitForAsync("/beat", 2);

        DateTimeOffset from, to;
        Guid created;
        await using (var connection = await host.Store.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var hold = new Npgsql.NpgsqlCommand($"lock table {host.Store.Schema}.mt_event_progression in exclusive mode", connection);
            await hold.ExecuteNonQueryAsync();
            await host.CreateAsync(host.Definition("/last-seen"));
            await host.Receiver.WaitForAsync("/last-seen", 1);

            created = await host.CreateAsync(host.Definition("/created"));
            await host.AppendAsync(rescheduled, new JobRescheduled(everySecond));
            from = (await host.AppendAsync(briefly, new JobResumed())).Timestamp;
            await host.Receiver.WaitForAsync("/beat", host.Receiver.CallsOf("/beat").Count + 3);
            to = (await host.AppendAsync(briefly, new JobPaused())).Timestamp;
            await host.AppendAsync(rescheduled, new JobRescheduled(never));
            await host.AppendAsync(created, new JobDeleted());
            host.Receiver.Calls.ShouldNotContain(c => c.Path == "/briefly" && c.ScheduledFor > from);
            await transaction.CommitAsync();
        }

        foreach (var job in new[] { briefly, rescheduled, created })
        {
            var records = await host.UntilAsync(() => host.RecordsOfAsync(job, everySecond, from, to), seen => seen.All(r => r.Records > 0));
            records.Count.ShouldBeGreaterThanOrEqualTo(2);
            records.ShouldAllBe(r => r.Records == 1);
        }
    }

    /// <summary>The scheduler has loaded the jobs, and waits to look for open executions.</summary>
    [Fact]
    public async Task Change_that_is_made_while_the_scheduler_starts_holds_for_what_it_finds_open()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        var job = await host.CreateAsync(host.Definition("/before", cron: "0 0 0 1 1 *"));
        await host.AppendAsync(Guid.CreateVersion7(), new ExecutionRequested(job, DateTimeOffset.UtcNow));
        await using (var connection = new Npgsql.NpgsqlConnection(host.Database.ConnectionString))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var hold = new Npgsql.NpgsqlCommand($"lock table {host.Store.Schema}.open_executions in access exclusive mode", connection);
            await hold.ExecuteNonQueryAsync();
            await host.RestartSchedulingAsync();
            await using var waits = host.Store.DataSource.CreateCommand(
                "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like '%jobVersion%open_executions%')");
            await host.UntilAsync(async () => (bool)(await waits.ExecuteScalarAsync())!, found => found);

            await host.AppendAsync(job, new JobRetargeted(HttpTarget.To(host.Receiver.Url + "/after")));
            await transaction.CommitAsync();
        }

        (await host.EndedAsync(job, 1)).Single().Status.ShouldBe(ExecutionStatus.Completed);
        host.Receiver.Calls.Single().Path.ShouldBe("/after");
    }

    [Fact]
    public async Task Job_that_is_paused_and_resumed_is_not_run_for_the_time_between_when_the_scheduler_was_away()
    {
        var everySecond = new Schedule("* * * * * *");
        await using var host = await SchedulingHost.StartIdleAsync(postgres, TimeSpan.FromMinutes(-10));
        var job = await host.CreateAsync(host.Definition("/away"));
        host.Clock.SetForward(TimeSpan.FromMinutes(2));
        var paused = await host.AppendAsync(job, new JobPaused());
        host.Clock.SetForward(TimeSpan.FromMinutes(2));
        var resumed = await host.AppendAsync(job, new JobResumed());
        var created = (await host.Jobs.FindAsync(job, default))!.CreatedAt;

        await host.RestartSchedulingAsync();
        await host.Receiver.WaitForAsync("/away", 65);

        var executions = await host.ExecutionsOfAsync(job);
        executions.ShouldAllBe(e => e.ScheduledFor > resumed.Timestamp);
        var between = await host.Executions.MissedBetweenAsync(job, paused.Timestamp, resumed.Timestamp, default);
        between.ShouldBeEmpty();
        var before = await host.RecordsOfAsync(job, everySecond, created, paused.Timestamp);
        var after = await host.RecordsOfAsync(job, everySecond, resumed.Timestamp, executions[^5].ScheduledFor);
        before.Concat(after).ShouldAllBe(r => r.Records == 1);
    }

    [Fact]
    public async Task Run_that_waits_for_another_is_skipped_when_its_job_is_deleted()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var release = new TaskCompletionSource();
        host.Receiver.Answer("/held", _ => release.Task);
        var job = await host.CreateAsync(host.Definition("/held") with { Policy = ExecutionPolicy.Default with { Overlap = OverlapPolicy.Queue } });
        var skipped = (await host.EndedAsync(job, 1))[0];
        skipped.SkipReason.ShouldBe(SkipReason.PreviousRunOpen);

        await host.AppendAsync(job, new JobDeleted());
        var waited = await host.UntilAsync(() => host.ExecutionsOfAsync(job), rows => rows.Any(r => r.SkipReason == SkipReason.JobDeleted && r.ScheduledFor < skipped.ScheduledFor));
        release.SetResult();
        await host.UntilAsync(() => host.ExecutionsOfAsync(job), rows => rows.All(r => r.Status != ExecutionStatus.Open));

        host.Receiver.Calls.Count.ShouldBe(1);
        waited.ShouldNotBeEmpty();
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
