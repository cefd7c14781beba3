using System.Text.Json;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Host.Alerts;
using JobScheduler.Projections.Alerts;
using JobScheduler.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace JobScheduler.IntegrationTests.Scheduling;

public sealed class OverdueTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Job_that_gets_no_place_is_told_of_as_never_run_once_and_resolved_when_it_has_run()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Dispatch:MaxConcurrencyPerHost", "1"));
        await using var busy = await Receiver.StartAsync();
        var release = new TaskCompletionSource();
        busy.Answer("/hangs", _ => release.Task);
        await host.CreateAsync(To(host, busy.Url + "/hangs", "* * * * * *") with { Policy = ExecutionPolicy.Default with { Overlap = OverlapPolicy.Skip } });
        await busy.WaitForAsync("/hangs", 1);
        var waits = To(host, busy.Url + "/waits", null, DateTimeOffset.UtcNow.AddSeconds(2));
        var job = await host.CreateAsync(waits with { Target = waits.Target with { Timeout = TimeSpan.FromSeconds(1) } });

        var raised = (await AlertsAsync(host, job, rows => rows is [{ Delivery: AlertDelivery.Delivered }])).Single();
        release.SetResult();
        var resolved = (await AlertsAsync(host, job, rows => rows is [{ State: AlertState.Resolved }])).Single();

        (raised.Kind, raised.State, raised.ExecutionId, raised.ScheduledFor).ShouldBe(
            (AlertKind.NeverRan, AlertState.Open, null, waits.Schedule.RunAt!.Value));
        raised.Message.ShouldEndWith("it was claimed and has no outcome.");
        resolved.Id.ShouldBe(raised.Id);
        var calls = await host.Receiver.WaitForAsync("/hook", 2);
        var bodies = calls.Select(c => JsonDocument.Parse(c.Body).RootElement).ToList();
        bodies.Select(b => (b.GetProperty("event").GetString(), b.GetProperty("kind").GetString())).ShouldBe([("JOB_OVERDUE", "NEVER_RAN"), ("JOB_RECOVERED", "NEVER_RAN")]);
        bodies[0].TryGetProperty("executionId", out _).ShouldBeFalse();
        bodies[1].GetProperty("executionId").GetGuid().ShouldBe((await host.ExecutionsOfAsync(job)).Single().Id);
        bodies[1].GetProperty("message").GetString().ShouldBe("The job has run.");
    }

    [Fact]
    public async Task Job_that_was_missed_while_no_scheduler_ran_is_told_of_after_the_start_and_resolved_by_a_run_by_hand()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres, shift: TimeSpan.FromHours(-49));
        var job = await host.CreateAsync(Skipping(host));
        await host.RestartSchedulingAsync();

        var raised = (await AlertsAsync(host, job, rows => rows.Count == 1)).Single();
        (raised.Kind, raised.State).ShouldBe((AlertKind.NeverRan, AlertState.Open));
        raised.Message.ShouldMatch("^The job was due at .* and has not run: [23] occurrences up to .* were missed because no scheduler was running.$");

        // Another start finds the same situation, and tells of it no more.
        await host.RestartSchedulingAsync();
        await host.AppendAsync(Guid.CreateVersion7(), new ExecutionRequested(job, DateTimeOffset.UtcNow));
        (await AlertsAsync(host, job, rows => rows.All(r => r.State == AlertState.Resolved))).Single().Id.ShouldBe(raised.Id);
    }

    [Fact]
    public async Task Job_that_ran_late_after_the_outage_is_not_told_of()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres, shift: TimeSpan.FromHours(-49));
        var late = await host.CreateAsync(Skipping(host) with { Policy = ExecutionPolicy.Default });
        var missed = await host.CreateAsync(Skipping(host));
        await host.RestartSchedulingAsync();

        await AlertsAsync(host, missed, rows => rows.Count == 1);

        (await host.EndedAsync(late, 1)).Single().Status.ShouldBe(ExecutionStatus.Completed);
        (await host.Alerts.ListAsync(late, null, null, 10, CancellationToken.None)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("paused")]
    [InlineData("deleted")]
    [InlineData("rescheduled")]
    [InlineData("switched off")]
    public async Task Alert_is_resolved_when_the_job_is(string change)
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres, shift: TimeSpan.FromHours(-49));
        var definition = Skipping(host);
        var job = await host.CreateAsync(definition);
        await host.RestartSchedulingAsync();
        await AlertsAsync(host, job, rows => rows.Count == 1);

        await host.AppendAsync(job, change switch
        {
            "paused" => new JobPaused(),
            "deleted" => new JobDeleted(),
            "rescheduled" => new JobRescheduled(new Schedule("0 0 0 1 1 *")),
            _ => new JobAlertingChanged(definition.Alerting with { OverdueAfter = TimeSpan.Zero }),
        });

        await AlertsAsync(host, job, rows => rows is [{ State: AlertState.Resolved }]);
        JsonDocument.Parse((await host.Receiver.WaitForAsync("/hook", 2))[1].Body).RootElement.GetProperty("message").GetString().ShouldBe("The job is no longer due.");
    }

    [Fact]
    public async Task Job_whose_schedule_this_machine_cannot_read_is_told_of()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var definition = To(host, host.Receiver.Url + "/never", "0 0 0 1 1 *");
        var job = await host.CreateAsync(definition with { Schedule = definition.Schedule with { TimeZone = "Mars/Olympus_Mons" } });

        var raised = (await AlertsAsync(host, job, rows => rows.Count == 1)).Single();

        raised.Message.ShouldBe("The job is not run: its schedule cannot be read on the machine that schedules.");
    }

    /// <summary>Over a host that does not schedule, so that the looks are those of the test.</summary>
    [Fact]
    public async Task Watcher_tells_a_situation_once_whoever_looks_and_forgets_who_is_not_active()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres, shift: TimeSpan.FromHours(-2));
        var jobs = new List<Guid>();
        for (var i = 0; i < 20; i++) jobs.Add(await host.CreateAsync(To(host, host.Receiver.Url + "/never", "0 0 * * * *")));
        await host.StopAsync();
        host.Start();
        var watcher = host.Services.GetRequiredService<OverdueWatcher>();
        var longAgo = DateTimeOffset.UtcNow.AddDays(-1);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => watcher.LookAsync(longAgo, CancellationToken.None)));
        (await watcher.LookAsync(longAgo, CancellationToken.None)).ShouldBe(0);

        foreach (var job in jobs) (await host.Alerts.ListAsync(job, null, null, 10, CancellationToken.None)).ShouldHaveSingleItem().Kind.ShouldBe(AlertKind.NeverRan);
        (await WatchedAsync(host, "alert_id is not null and overdue_since is not null and unaccounted_since is not null")).ShouldBe(20);

        foreach (var job in jobs) await host.AppendAsync(job, new JobPaused());
        (await watcher.LookAsync(longAgo, CancellationToken.None)).ShouldBe(20);
        (await WatchedAsync(host, "true")).ShouldBe(0);
        await host.AppendAsync(jobs[0], new JobResumed());
        (await watcher.LookAsync(longAgo, CancellationToken.None)).ShouldBe(1);
        (await WatchedAsync(host, "look_at > now() and alert_id is null and unaccounted_since is null")).ShouldBe(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Bounds_count_anew_when_the_clock_is_set(int hours)
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        var next = DateTimeOffset.UtcNow.AddHours(0.5);
        var job = await host.CreateAsync(host.Definition("/never", $"0 {next.Minute} * * * *"));
        using var ending = new CancellationTokenSource();
        var watching = host.Services.GetRequiredService<OverdueWatcher>().RunAsync(ending.Token);
        await host.UntilAsync(() => WatchedAsync(host, "look_at > now() + interval '10 minutes'"), count => count == 1);

        host.Clock.Set(host.Clock.GetUtcNow().AddHours(hours));
        await ExecuteAsync(host, "update jobscheduler.job_watch set look_at = now() - interval '2 hours'");

        // By default an instant that has passed is unaccounted for after 5 min, which count from when the clock was set.
        var looked = hours > 0 ? "look_at between now() + interval '62 minutes' and now() + interval '66 minutes'" : "look_at > now()";
        await host.UntilAsync(() => WatchedAsync(host, looked), count => count == 1);
        (await host.Alerts.ListAsync(job, null, null, 10, CancellationToken.None)).ShouldBeEmpty();
        await ending.CancelAsync();
        await watching;
    }

    private static async Task ExecuteAsync(SchedulingHost host, string sql)
    {
        await using var command = host.Store.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static JobDefinition Skipping(SchedulingHost host) => To(host, host.Receiver.Url + "/daily", "0 0 0 * * *") with
    {
        Policy = ExecutionPolicy.Default with { Misfire = MisfirePolicy.Skip },
    };

    private static JobDefinition To(SchedulingHost host, string api, string? cron, DateTimeOffset? runAt = null)
    {
        var whole = runAt is { } at ? new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero) : (DateTimeOffset?)null;
        return host.Definition("", cron, whole) with
        {
            Target = HttpTarget.To(api),
            Alerting = Alerting.Default with { Webhook = host.Receiver.Url + "/hook", NotifyRecovery = true, OverdueAfter = Bound },
        };
    }

    private static async Task<long> WatchedAsync(SchedulingHost host, string condition)
    {
        await using var command = host.Store.DataSource.CreateCommand($"select count(*) from jobscheduler.job_watch where {condition}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static Task<IReadOnlyList<AlertRow>> AlertsAsync(SchedulingHost host, Guid job, Func<IReadOnlyList<AlertRow>, bool> wanted) =>
        host.UntilAsync(() => host.Alerts.ListAsync(job, null, null, 100, CancellationToken.None), wanted);
}
