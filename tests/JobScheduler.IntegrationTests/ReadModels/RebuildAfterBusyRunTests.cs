using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using JobScheduler.IntegrationTests.Scheduling;
using JobScheduler.Projections;
using JobScheduler.Testing;

namespace JobScheduler.IntegrationTests.ReadModels;

public sealed class RebuildAfterBusyRunTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Every_row_of_every_read_model_equals_what_the_log_says_while_the_host_goes_on()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres, shift: TimeSpan.FromHours(-2));
        await host.CreateAsync(host.Definition("/missed", "0 * * * * *"));
        await host.RestartSchedulingAsync(("Alerts:FirstRetryDelay", "00:00:00.100"));
        await MakeBusyAsync(host);

        foreach (var model in JobSchedulerLog.ReadModels)
        {
            var report = await new ReadModelRebuild(host.Store).RunAsync(model);

            var differing = report.Tables.Where(t => t.RowsOnlyInLive + t.RowsOnlyInRebuilt > 0);
            report.Equal.ShouldBeTrue(string.Join("\n", differing.SelectMany(t => t.Samples.Select(s => $"{t.Table} {s}"))));
            report.Tables.Where(t => t.Table is not "open_executions").ShouldAllBe(t => t.Rows > 0);
        }

        var calls = host.Receiver.Calls.Count;
        await host.Receiver.WaitForAsync("/ok-0", host.Receiver.CallsOf("/ok-0").Count + 2);
        host.Receiver.Calls.Count.ShouldBeGreaterThan(calls);
    }

    /// <summary>Every kind of event at least once, and enough of the common ones that batches mix them.</summary>
    private static async Task MakeBusyAsync(SchedulingHost host)
    {
        host.Receiver.Answer("/flaky", context =>
        {
            context.Response.StatusCode = context.Request.Headers["X-Attempt"] == "1" ? 503 : 200;
            return Task.CompletedTask;
        });
        var failures = 0;
        host.Receiver.Answer("/alternates", context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref failures) % 2 == 1 ? 500 : 200;
            return Task.CompletedTask;
        });
        host.Receiver.Answer("/fails", 500);
        host.Receiver.Answer("/slow", context => Task.Delay(1500, context.RequestAborted));
        host.Receiver.Answer("/refusing-hook", 410);

        for (var i = 0; i < 20; i++) await host.CreateAsync(host.Definition($"/ok-{i}"));
        var retry = ExecutionPolicy.Default with { Retry = new(3, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), 2, Jitter: false) };
        await host.CreateAsync(host.Definition("/flaky") with { Policy = retry });
        await host.CreateAsync(host.Definition("/slow") with { Policy = ExecutionPolicy.Default with { Overlap = OverlapPolicy.Skip } });
        var alerting = new Alerting(host.Receiver.Url + "/hook", 1, null, NotifyRecovery: true);
        await host.CreateAsync(host.Definition("/alternates") with { Alerting = alerting });
        var failing = await host.CreateAsync(host.Definition("/fails") with { Alerting = alerting with { Webhook = host.Receiver.Url + "/refusing-hook" } });
        var edited = await host.CreateAsync(host.Definition("/edited"));

        await host.AppendAsync(edited, new JobRescheduled(new Schedule("*/2 * * * * *")));
        await host.AppendAsync(edited, new JobRetargeted(HttpTarget.To(host.Receiver.Url + "/retargeted")));
        await host.AppendAsync(edited, new JobPolicyChanged(retry));
        await host.AppendAsync(edited, new JobAlertingChanged(alerting));
        await host.AppendAsync(edited, new JobRenamed("Edited"));
        await host.AppendAsync(edited, new JobRetagged(["a", "b"]));
        await host.AppendAsync(edited, new JobPaused());
        await host.AppendAsync(Guid.CreateVersion7(), new ExecutionRequested(edited, DateTimeOffset.UtcNow));
        await host.AppendAsync(edited, new JobResumed());
        await host.Receiver.WaitForAsync("/hook", 3);
        var alert = (await host.UntilAsync(() => host.Alerts.ListAsync(failing, null, null, 100, default), rows => rows.Count > 2))[0];
        await host.AppendAsync(alert.Id, new AlertAcknowledged("seen"));
        await host.AppendAsync(alert.Id, new AlertRedeliveryRequested(failing, AlertMessage.JobFailed, host.Receiver.Url + "/hook"));
        await host.AppendAsync(failing, new JobDeleted());
        var overdue = RaiseAlert.OverdueAlertIdOf(edited, DateTimeOffset.UtcNow);
        await host.AppendAsync(overdue, new AlertRaised(
            edited, null, "Edited", host.Receiver.Url, DateTimeOffset.UtcNow, null, null, null, "Due.", null, 0, 0, null, AlertKind.Overdue));
        await host.AppendAsync(overdue, new AlertResolved(edited, null, "Edited", host.Receiver.Url, null, null, null));
    }
}
