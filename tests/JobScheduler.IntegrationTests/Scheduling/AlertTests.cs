using System.Text.Json;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Alerts;
using JobScheduler.Host.Configuration;
using JobScheduler.Projections.Alerts;
using JobScheduler.Testing;
using Microsoft.Extensions.Configuration;

namespace JobScheduler.IntegrationTests.Scheduling;

public sealed class AlertTests(PostgresFixture postgres)
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public async Task Failure_raises_an_alert_and_its_webhook_gets_a_signed_message()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:SigningSecret", Secret));
        host.Receiver.Answer("/fails", 500);
        var job = await host.CreateAsync(Failing(host, "/fails", Alerting.Default with { Webhook = host.Receiver.Url + "/hook" }));

        var call = (await host.Receiver.WaitForAsync("/hook", 1))[0];
        var alert = (await AlertsAsync(host, job, rows => rows.Count > 0 && rows[^1].Delivery == AlertDelivery.Delivered))[^1];

        var execution = (await host.ExecutionsOfAsync(job))[0];
        var body = JsonDocument.Parse(call.Body).RootElement;
        body.GetProperty("event").GetString().ShouldBe("JOB_FAILED");
        body.GetProperty("jobId").GetGuid().ShouldBe(job);
        body.GetProperty("executionId").GetGuid().ShouldBe(execution.Id);
        body.GetProperty("api").GetString().ShouldBe(host.Receiver.Url + "/fails");
        body.GetProperty("statusCode").GetInt32().ShouldBe(500);
        body.GetProperty("durationMs").GetDouble().ShouldBe(execution.DurationMs!.Value);
        body.GetProperty("executionTime").GetDateTimeOffset().ShouldBe(execution.StartedAt!.Value, TimeSpan.FromMilliseconds(1));
        var sentAt = DateTimeOffset.FromUnixTimeSeconds(long.Parse(call.Headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture));
        var options = AlertOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new("Alerts:SigningSecret", Secret)]).Build());
        call.Headers["webhook-signature"].ShouldBe(WebhookSignature.Of(options.SigningKey()!, call.Headers["webhook-id"], sentAt, call.Body));
        alert.ExecutionId.ShouldBe(execution.Id);
        alert.StatusCode.ShouldBe(500);
        alert.DeliveryAttempts.ShouldBe(1);
    }

    [Fact]
    public async Task Message_that_is_not_taken_is_delivered_again()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:FirstRetryDelay", "00:00:00.100"));
        var refusals = 2;
        host.Receiver.Answer("/fails", 500);
        host.Receiver.Answer("/hook", context =>
        {
            context.Response.StatusCode = Interlocked.Decrement(ref refusals) >= 0 ? 503 : 204;
            return Task.CompletedTask;
        });
        var job = await host.CreateAsync(Failing(host, "/fails", Alerting.Default with { Webhook = host.Receiver.Url + "/hook" }, "0 0 0 1 1 *"));
        await host.AppendAsync(Guid.CreateVersion7(), new ExecutionRequested(job, DateTimeOffset.UtcNow));

        var alert = (await AlertsAsync(host, job, rows => rows is [{ Delivery: AlertDelivery.Delivered }])).Single();

        alert.DeliveryAttempts.ShouldBe(3);
        host.Receiver.CallsOf("/hook").Select(c => c.Headers["webhook-id"]).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(410, "1.00:00:00")]
    [InlineData(500, "00:00:01")]
    public async Task Message_that_is_never_taken_is_given_up_and_that_is_recorded(int statusCode, string giveUpAfter)
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:FirstRetryDelay", "00:00:00.500"), ("Alerts:GiveUpAfter", giveUpAfter));
        host.Receiver.Answer("/fails", 500);
        host.Receiver.Answer("/hook", statusCode);
        var job = await host.CreateAsync(Failing(host, "/fails", Alerting.Default with { Webhook = host.Receiver.Url + "/hook" }, "0 0 0 1 1 *"));
        await host.AppendAsync(Guid.CreateVersion7(), new ExecutionRequested(job, DateTimeOffset.UtcNow));

        var alert = (await AlertsAsync(host, job, rows => rows is [{ Delivery: AlertDelivery.Failed }])).Single();

        alert.DeliveryError.ShouldBe($"The answer was {statusCode}.");
        (await host.Store.FetchStreamAsync(alert.Id))[^1].Data.ShouldBe(
            new AlertDeliveryFailed(AlertMessage.JobFailed, alert.DeliveryAttempts!.Value, $"The answer was {statusCode}.", statusCode));
    }

    [Fact]
    public async Task Webhooks_that_hang_or_talk_nonsense_delay_no_other()
    {
        await using var host = await SchedulingHost.StartAsync(
            postgres, ("Alerts:FirstRetryDelay", "500ms"), ("Alerts:GiveUpAfter", "2s"), ("Alerts:Timeout", "1m"));
        await using var nonsense = new RawReceiver("HTTX a\0b zzzzzzzzzzzzzz\r\n\r\n");
        await using var hanging = await Receiver.StartAsync();
        var release = new TaskCompletionSource();
        hanging.Answer("/hook", _ => release.Task);
        host.Receiver.Answer("/fails", 500);
        async Task<Guid> FailOnceAsync(string webhook)
        {
            var job = await host.CreateAsync(Failing(host, "/fails", Alerting.Default with { Webhook = webhook }, "0 0 0 1 1 *"));
            await host.AppendAsync(Guid.CreateVersion7(), new ExecutionRequested(job, DateTimeOffset.UtcNow));
            return job;
        }

        for (var i = 0; i < 80; i++) await FailOnceAsync(hanging.Url + "/hook");
        await hanging.WaitForAsync("/hook", 1);
        var garbled = await FailOnceAsync(nonsense.Url);
        var healthy = await FailOnceAsync(host.Receiver.Url + "/hook");

        await AlertsAsync(host, healthy, rows => rows is [{ Delivery: AlertDelivery.Delivered }]);
        var givenUp = await AlertsAsync(host, garbled, rows => rows is [{ Delivery: AlertDelivery.Failed }]);
        hanging.Calls.Count.ShouldBe(1);
        release.SetResult();

        givenUp.Single().DeliveryError.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public async Task Alerts_wait_for_consecutive_failures_are_dampened_and_resolve_when_the_job_succeeds()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var failures = 4;
        host.Receiver.Answer("/recovers", context =>
        {
            context.Response.StatusCode = Interlocked.Decrement(ref failures) >= 0 ? 500 : 200;
            return Task.CompletedTask;
        });
        var alerting = new Alerting(host.Receiver.Url + "/hook", After: 2, RepeatEvery: TimeSpan.FromHours(1), NotifyRecovery: true);
        var job = await host.CreateAsync(Failing(host, "/recovers", alerting));

        var calls = await host.Receiver.WaitForAsync("/hook", 2);
        var alert = (await AlertsAsync(host, job, rows => rows is [{ State: AlertState.Resolved }])).Single();

        var executions = await host.ExecutionsOfAsync(job);
        alert.ExecutionId.ShouldBe(executions[1].Id);
        alert.ConsecutiveFailures.ShouldBe(2);
        calls.Select(c => JsonDocument.Parse(c.Body).RootElement.GetProperty("event").GetString()).ShouldBe(["JOB_FAILED", "JOB_RECOVERED"]);
    }

    [Fact]
    public async Task Acknowledged_alert_is_not_repeated_until_the_job_has_succeeded_and_fails_again()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        host.Receiver.Answer("/toggles", 500);
        var job = await host.CreateAsync(Failing(host, "/toggles", Alerting.Default, "0 0 0 1 1 *"));
        async Task RunAsync(int ended)
        {
            await host.AppendAsync(Guid.CreateVersion7(), new ExecutionRequested(job, DateTimeOffset.UtcNow));
            await host.EndedAsync(job, ended);
        }

        await RunAsync(1);
        var first = (await AlertsAsync(host, job, rows => rows.Count == 1)).Single();
        await host.AppendAsync(first.Id, new AlertAcknowledged("on it"));
        await RunAsync(2);
        await RunAsync(3);
        host.Receiver.Answer("/toggles", 200);
        await RunAsync(4);
        await AlertsAsync(host, job, rows => rows is [{ State: AlertState.Resolved }]);
        host.Receiver.Answer("/toggles", 500);
        await RunAsync(5);

        var alerts = await AlertsAsync(host, job, rows => rows.Count > 1);
        alerts.Select(a => a.State).ShouldBe([AlertState.Open, AlertState.Resolved]);
        alerts[1].Id.ShouldBe(first.Id);
    }

    [Fact]
    public async Task Alert_is_resolved_when_the_job_succeeded_in_between_and_fails_again()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var calls = 0;
        host.Receiver.Answer("/flaps", context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref calls) % 2 == 1 ? 500 : 200;
            return Task.CompletedTask;
        });
        var job = await host.CreateAsync(Failing(host, "/flaps", Alerting.Default));

        await AlertsAsync(host, job, rows => rows.Count(r => r.State == AlertState.Resolved) >= 3);

        var alerts = await AlertsAsync(host, job, rows => rows.Skip(1).All(r => r.State == AlertState.Resolved));
        alerts.Count.ShouldBeGreaterThan(2);
    }

    private static JobDefinition Failing(SchedulingHost host, string path, Alerting alerting, string cron = "* * * * * *") =>
        host.Definition(path, cron) with { Alerting = alerting };

    private static Task<IReadOnlyList<AlertRow>> AlertsAsync(SchedulingHost host, Guid job, Func<IReadOnlyList<AlertRow>, bool> wanted) =>
        host.UntilAsync(() => host.Alerts.ListAsync(job, null, null, 100, CancellationToken.None), wanted);
}
