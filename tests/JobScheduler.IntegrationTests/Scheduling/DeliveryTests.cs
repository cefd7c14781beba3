using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Projections.Alerts;
using JobScheduler.Testing;
using Microsoft.AspNetCore.Http;

namespace JobScheduler.IntegrationTests.Scheduling;

/// <summary>Alerts that are raised here, not by jobs, on their way to webhooks.</summary>
public sealed class DeliveryTests(PostgresFixture postgres)
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Dead_webhook_costs_one_probe_at_a_time_and_delays_no_other_when_ten_thousand_alerts_wait_for_it()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:FirstRetryDelay", "100ms"));
        var dead = new Gauge(503);
        host.Receiver.Answer("/dead", dead.AnswerAsync);

        await Task.WhenAll(Enumerable.Range(0, 10_000).Select(_ => RaiseAsync(host, Guid.CreateVersion7(), "/dead")));
        await using var second = host.StartSecondNode();
        await host.Receiver.WaitForAsync("/dead", 3);
        var healthy = await RaiseAsync(host, Guid.CreateVersion7(), "/healthy");
        await DeliveriesAsync(host, healthy, d => State(d[0]) == "DELIVERED");
        await host.Receiver.WaitForAsync("/dead", 5);

        dead.Most.ShouldBe(1);
        host.Receiver.CallsOf("/dead").Select(c => c.Headers["webhook-id"]).ShouldBeUnique();
    }

    [Fact]
    public async Task Host_that_hangs_delays_no_other_when_it_has_hundreds_of_webhooks()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:Timeout", "1m"));
        await using var hanging = await Receiver.StartAsync();
        var release = new TaskCompletionSource();
        for (var i = 0; i < 300; i++) hanging.Answer($"/{i}", _ => release.Task);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i =>
            host.AppendAsync(Guid.CreateVersion7(), Raised(host, Guid.CreateVersion7(), "") with { Webhook = $"{hanging.Url}/{i}" })));
        await host.UntilAsync(() => Task.FromResult(hanging.Calls.Count), calls => calls >= 8);

        var healthy = await RaiseAsync(host, Guid.CreateVersion7(), "/healthy");
        await DeliveriesAsync(host, healthy, d => State(d[0]) == "DELIVERED");

        hanging.Calls.Count.ShouldBe(8);
        release.SetResult();
        await host.UntilAsync(
            () => host.Alerts.ListAsync(null, null, null, 1000, CancellationToken.None), rows => rows.All(r => r.Delivery == AlertDelivery.Delivered));
    }

    [Fact]
    public async Task All_that_waited_is_delivered_when_the_webhook_takes_messages_again()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:FirstRetryDelay", "100ms"));
        host.Receiver.Answer("/hook", 503);
        var alerts = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => RaiseAsync(host, Guid.CreateVersion7(), "/hook")));
        await host.Receiver.WaitForAsync("/hook", 2);
        var takes = new Gauge(200);

        host.Receiver.Answer("/hook", takes.AnswerAsync);

        var delivered = await host.UntilAsync(
            () => host.Alerts.ListAsync(null, null, null, 1000, CancellationToken.None), rows => rows.All(r => r.Delivery == AlertDelivery.Delivered));
        delivered.Select(a => a.Id).ShouldBe(alerts, ignoreOrder: true);
        takes.Most.ShouldBeInRange(2, 16);
    }

    [Fact]
    public async Task Recovery_waits_for_the_failure_before_it_when_that_has_to_be_sent_again()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:FirstRetryDelay", "100ms"));
        var refusals = 2;
        host.Receiver.Answer("/hook", context =>
        {
            context.Response.StatusCode = Interlocked.Decrement(ref refusals) >= 0 ? 503 : 204;
            return Task.CompletedTask;
        });
        var job = Guid.CreateVersion7();

        var first = await RaiseAsync(host, job, "/hook");
        await host.AppendAsync(first, Resolved(host, job, "/hook"));
        var second = await RaiseAsync(host, job, "/hook");
        await host.AppendAsync(second, Resolved(host, job, "/hook"));

        await DeliveriesAsync(host, second, d => d.All(m => State(m!) == "DELIVERED") && d.Count == 2);
        host.Receiver.CallsOf("/hook").Select(c => c.Headers["webhook-id"]).ShouldBe(
        [
            $"{first:n}_JOB_FAILED", $"{first:n}_JOB_FAILED", $"{first:n}_JOB_FAILED", $"{first:n}_JOB_RECOVERED",
            $"{second:n}_JOB_FAILED", $"{second:n}_JOB_RECOVERED",
        ]);
    }

    [Fact]
    public async Task Message_that_is_refused_each_time_holds_up_no_message_of_another_job()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:FirstRetryDelay", "100ms"));
        var poison = Guid.CreateVersion7();
        host.Receiver.Answer("/hook", context =>
        {
            context.Response.StatusCode = context.Request.Headers["webhook-id"].ToString().StartsWith($"{poison:n}", StringComparison.Ordinal) ? 400 : 204;
            return Task.CompletedTask;
        });

        await host.AppendAsync(poison, Raised(host, Guid.CreateVersion7(), "/hook"));
        var others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RaiseAsync(host, Guid.CreateVersion7(), "/hook")));

        foreach (var alert in others) await DeliveriesAsync(host, alert, d => State(d[0]) == "DELIVERED");
        State((await DeliveriesAsync(host, poison, d => d[0]!["attempts"]!.AsArray().Count >= 2))[0]).ShouldBe("PENDING");
    }

    [Fact]
    public async Task Alerts_that_waited_too_long_are_given_up_with_the_probe_that_stood_for_them()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:FirstRetryDelay", "500ms"), ("Alerts:GiveUpAfter", "1s"));
        host.Receiver.Answer("/dead", 503);

        var alerts = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => RaiseAsync(host, Guid.CreateVersion7(), "/dead")));
        await host.UntilAsync(
            () => host.Alerts.ListAsync(null, null, null, 100, CancellationToken.None), rows => rows.All(r => r.Delivery == AlertDelivery.Failed));

        host.Receiver.CallsOf("/dead").Count.ShouldBeLessThan(alerts.Length);
        var untried = (await Task.WhenAll(alerts.Select(a => DeliveriesAsync(host, a, _ => true))))
            .Select(d => d.Single()!).First(d => d["attempts"]!.AsArray().Count == 0);
        ((string)untried["error"]!).ShouldStartWith("The webhook has taken no message since ");
        untried["endedAt"].ShouldNotBeNull();
        (await CountAsync(host, "alert_outbox"), await CountAsync(host, "alert_sinks")).ShouldBe((0, 0));
    }

    [Fact]
    public async Task All_that_waits_is_given_up_when_the_webhook_is_gone_for_good()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:FirstRetryDelay", "1m"));
        host.Receiver.Answer("/gone", 503);
        var alerts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RaiseAsync(host, Guid.CreateVersion7(), "/gone")));
        await host.Receiver.WaitForAsync("/gone", 1);
        await host.StopAsync();
        host.Receiver.Answer("/gone", 410);
        await ExecuteAsync(host, "update jobscheduler.alert_sinks set next_at = now(), leased_until = '-infinity'");

        host.Start();

        foreach (var alert in alerts) await DeliveriesAsync(host, alert, d => State(d[0]) == "FAILED");
        host.Receiver.CallsOf("/gone").Count.ShouldBe(2);
    }

    [Fact]
    public async Task Deliveries_show_each_attempt_and_what_comes_next()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:FirstRetryDelay", "1h"));
        host.Receiver.Answer("/hook", 503);
        var alert = await RaiseAsync(host, Guid.CreateVersion7(), "/hook");

        var delivery = (await DeliveriesAsync(host, alert, d => d[0]!["attempts"]!.AsArray().Count == 1 && d[0]!["webhookFailingSince"] is not null))[0]!;

        ((string)delivery["message"]!, State(delivery), (string)delivery["webhook"]!).ShouldBe(("JOB_FAILED", "PENDING", host.Receiver.Url + "/hook"));
        var attempt = delivery["attempts"]![0]!;
        ((int)attempt["attempt"]!, (int)attempt["statusCode"]!, (string)attempt["error"]!).ShouldBe((1, 503, "The answer was 503."));
        DateTimeOffset.Parse((string)delivery["nextAttemptAt"]!, null).ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddMinutes(50));
        delivery["endedAt"].ShouldBeNull();
        using var unknown = await host.Http.GetAsync($"/alerts/{Guid.CreateVersion7()}/deliveries");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task New_message_for_a_failing_webhook_waits_for_its_next_probe_and_no_longer()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:FirstRetryDelay", "1h"));
        host.Receiver.Answer("/hook", 503);
        var first = await RaiseAsync(host, Guid.CreateVersion7(), "/hook");
        await DeliveriesAsync(host, first, d => d[0]!["webhookFailingSince"] is not null);

        var second = (await DeliveriesAsync(host, await RaiseAsync(host, Guid.CreateVersion7(), "/hook"), d => d.Count == 1))[0]!;

        DateTimeOffset.Parse((string)second["nextAttemptAt"]!, null)
            .ShouldBeInRange(DateTimeOffset.UtcNow.AddSeconds(30), DateTimeOffset.UtcNow.AddMinutes(1));
        host.Receiver.CallsOf("/hook").Count.ShouldBe(1);
    }

    [Fact]
    public async Task Alert_is_delivered_again_by_hand_to_the_webhook_that_the_job_has_now()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        host.Receiver.Answer("/wrong", 410);
        var job = await host.CreateAsync(host.Definition("/ok", "0 0 0 1 1 *") with { Alerting = Alerting.Default with { Webhook = host.Receiver.Url + "/right" } });
        var alert = await RaiseAsync(host, job, "/wrong");
        await DeliveriesAsync(host, alert, d => State(d[0]) == "FAILED");

        var answer = await RedeliverAsync(host, alert, HttpStatusCode.Accepted);

        ((string)answer["webhook"]!).ShouldBe(host.Receiver.Url + "/right");
        var deliveries = await DeliveriesAsync(host, alert, d => d.Count == 2 && State(d[1]) == "DELIVERED");
        (State(deliveries[0]), (string)deliveries[1]!["webhook"]!).ShouldBe(("FAILED", host.Receiver.Url + "/right"));
        deliveries[1]!["attempts"]!.AsArray().Count.ShouldBe(1);
        host.Receiver.CallsOf("/right").Single().Headers["webhook-id"].ShouldBe(host.Receiver.CallsOf("/wrong").Single().Headers["webhook-id"]);
        (await host.Alerts.FindAsync(alert, CancellationToken.None))!.Delivery.ShouldBe(AlertDelivery.Delivered);
    }

    [Fact]
    public async Task Redelivery_is_refused_with_its_reason()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Alerts:FirstRetryDelay", "1h"));
        host.Receiver.Answer("/hook", 503);
        var pending = await RaiseAsync(host, Guid.CreateVersion7(), "/hook");
        var silent = Guid.CreateVersion7();
        await host.AppendAsync(silent, Raised(host, Guid.CreateVersion7(), "/hook") with { Webhook = null });

        (await ProblemAsync(pending, null, HttpStatusCode.Conflict)).ShouldBe("delivery-pending");
        (await ProblemAsync(silent, null, HttpStatusCode.Conflict)).ShouldBe("no-webhook");
        (await ProblemAsync(silent, new { recovery = true }, HttpStatusCode.Conflict)).ShouldBe("alert-not-resolved");
        (await ProblemAsync(Guid.CreateVersion7(), null, HttpStatusCode.NotFound)).ShouldBe("alert-not-found");
        (await ProblemAsync(silent, new { recover = true }, HttpStatusCode.BadRequest)).ShouldBe("validation");

        async Task<string> ProblemAsync(Guid alert, object? body, HttpStatusCode expected) =>
            ((string)(await RedeliverAsync(host, alert, expected, body))["type"]!).Split(':')[^1];
    }

    private static async Task<JsonNode> RedeliverAsync(SchedulingHost host, Guid alert, HttpStatusCode expected, object? body = null)
    {
        using var answer = await host.Http.PostAsync($"/alerts/{alert}/redeliver", body is null ? null : JsonContent.Create(body));
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<Guid> RaiseAsync(SchedulingHost host, Guid job, string path)
    {
        var id = Guid.CreateVersion7();
        await host.AppendAsync(id, Raised(host, job, path));
        return id;
    }

    private static AlertRaised Raised(SchedulingHost host, Guid job, string path) => new(
        job, Guid.CreateVersion7(), null, "https://example.com/hook", Noon, Noon, 500, FailureKind.StatusCode, "The answer was 500.", 1, 1, 1,
        host.Receiver.Url + path);

    private static AlertResolved Resolved(SchedulingHost host, Guid job, string path) =>
        new(job, Guid.CreateVersion7(), null, "https://example.com/hook", Noon, 200, host.Receiver.Url + path);

    private static Task<JsonArray> DeliveriesAsync(SchedulingHost host, Guid alert, Func<JsonArray, bool> wanted)
    {
        var http = host.Http;
        return host.UntilAsync(async () => (await http.GetFromJsonAsync<JsonArray>($"/alerts/{alert}/deliveries"))!, wanted);
    }

    private static string State(JsonNode? delivery) => (string)delivery!["state"]!;

    private static async Task<long> CountAsync(SchedulingHost host, string table)
    {
        await using var command = host.Store.DataSource.CreateCommand($"select count(*) from jobscheduler.{table}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(SchedulingHost host, string sql)
    {
        await using var dataSource = Npgsql.NpgsqlDataSource.Create(host.Database.ConnectionString);
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Answers a status, and knows how many it was asked for at the same time.</summary>
    private sealed class Gauge(int status)
    {
        private int _now;
        private int _most;

        public int Most => Volatile.Read(ref _most);

        public async Task AnswerAsync(HttpContext context)
        {
            InterlockedMax(ref _most, Interlocked.Increment(ref _now));
            // Long enough for others to come along if they were let.
            await Task.Delay(50, context.RequestAborted);
            Interlocked.Decrement(ref _now);
            context.Response.StatusCode = status;
        }

        private static void InterlockedMax(ref int target, int value)
        {
            for (var seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target)) Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
