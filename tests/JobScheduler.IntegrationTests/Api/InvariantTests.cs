using System.Text.Json.Nodes;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Host.Health;
using Microsoft.Extensions.DependencyInjection;

namespace JobScheduler.IntegrationTests.Api;

/// <summary>On a host that does not schedule, so that what is left undone stays so.</summary>
public sealed class InvariantTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly DateTimeOffset AnHourAgo = new(DateTimeOffset.UtcNow.AddHours(-1).Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);

    [Fact]
    public async Task Execution_without_an_outcome_is_found_logged_once_metered_and_gone_once_it_has_ended()
    {
        var job = await host.CreateJobAsync();
        var id = ExecutionId.Of(job, AnHourAgo);
        await host.AppendAsync(id, new ExecutionScheduled(job, AnHourAgo));

        await ScanAsync();
        await ScanAsync();

        var finding = Finding(await host.GetAsync("/health/invariants"), id.ToString()).ShouldNotBeNull();
        finding.AsObject().Select(p => p.Key).ShouldBe(["kind", "subject", "what", "since", "action"]);
        ((string)finding["kind"]!).ShouldBe("EXECUTION_STUCK");
        DateTimeOffset.Parse((string)finding["since"]!, null).ShouldBe(AnHourAgo);
        host.Logs.Count(l => l.StartsWith("Invariant EXECUTION_STUCK", StringComparison.Ordinal) && l.Contains(id.ToString(), StringComparison.Ordinal)).ShouldBe(1);
        using var metrics = await host.AnswerAsync(HttpMethod.Get, "/metrics", null, ("Accept", "text/plain"));
        (await metrics.Content.ReadAsStringAsync()).ShouldMatch("jobscheduler_invariant_findings{kind=\"EXECUTION_STUCK\"} [1-9]");

        await host.AppendAsync(id, new ExecutionCompleted(job, AnHourAgo, ExecutionTrigger.Schedule, new(1, AnHourAgo, 5, 0, 200)));
        await ScanAsync();
        Finding(await host.GetAsync("/health/invariants"), id.ToString()).ShouldBeNull();
        host.Logs.ShouldContain(l => l.StartsWith("Invariant EXECUTION_STUCK: ", StringComparison.Ordinal) && l.Contains("gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Execution_that_has_time_left_is_not_found()
    {
        var slow = await host.CreateJobAsync(new { timeout = "1h" });
        var queueing = await host.CreateJobAsync(new { overlap = "QUEUE" });
        var retrying = await host.CreateJobAsync();
        Guid[] fine = [ExecutionId.Of(slow, AnHourAgo.AddMinutes(1)), ExecutionId.Of(queueing, AnHourAgo.AddMinutes(1)), ExecutionId.Of(retrying, AnHourAgo)];
        await host.AppendAsync(fine[0], new ExecutionScheduled(slow, AnHourAgo.AddMinutes(1)));
        await host.AppendAsync(ExecutionId.Of(queueing, AnHourAgo), new ExecutionScheduled(queueing, AnHourAgo));
        await host.AppendAsync(fine[1], new ExecutionScheduled(queueing, AnHourAgo.AddMinutes(1)));
        await host.AppendAsync(
            fine[2],
            new ExecutionScheduled(retrying, AnHourAgo),
            new ExecutionAttemptFailed(retrying, AnHourAgo, new(1, AnHourAgo, 5, 0, 503, FailureKind.StatusCode, "503"), AnHourAgo.AddHours(2)));

        var report = await ScanAsync();

        report.Findings.Select(f => f.Subject).Intersect(fine.Select(id => id.ToString())).ShouldBeEmpty();
    }

    [Fact]
    public async Task Job_that_nobody_claims_is_found()
    {
        var job = await host.CreateJobAsync();
        await ExecuteAsync($"update jobscheduler.job_watch set unaccounted_since = '{AnHourAgo:O}' where job_id = '{job}'");

        var finding = (await ScanAsync()).Findings.Single(f => f.Subject == job.ToString());

        (finding.Kind, finding.Since).ShouldBe((InvariantKind.OccurrenceUnaccounted, AnHourAgo));
    }

    [Fact]
    public async Task Jobs_that_nobody_looks_at_are_found()
    {
        var job = await host.CreateJobAsync();
        await ExecuteAsync($"update jobscheduler.job_watch set look_at = '{AnHourAgo.AddHours(-1):O}' where job_id = '{job}'");

        (await ScanAsync()).Findings.Single(f => f.Kind == InvariantKind.WatchBehind).Since.ShouldBe(AnHourAgo.AddHours(-1));
    }

    [Theory]
    [InlineData("scheduler")]
    [InlineData("alerts")]
    public async Task Subscription_that_is_behind_is_found_and_gone_once_it_has_caught_up(string name)
    {
        await host.CreateJobAsync();
        await ExecuteAsync($"""
            insert into jobscheduler.mt_event_progression (name, last_seq_id) values ('{name}', 0);
            update jobscheduler.mt_events set timestamp = '{AnHourAgo:O}' where seq_id = (select min(seq_id) from jobscheduler.mt_events);
            """);

        (await ScanAsync()).Findings.Single(f => f.Subject == name).ShouldSatisfyAllConditions(
            f => f.Kind.ShouldBe(InvariantKind.SubscriptionBehind), f => f.Since.ShouldBe(AnHourAgo));

        await ExecuteAsync($"update jobscheduler.mt_event_progression set last_seq_id = (select max(seq_id) from jobscheduler.mt_events) where name = '{name}'");
        (await ScanAsync()).Findings.ShouldNotContain(f => f.Subject == name);
    }

    [Fact]
    public async Task Alerts_that_nobody_delivers_and_webhooks_that_take_none_are_found_without_their_path_in_the_log()
    {
        await RaiseAsync("https://idle.example/secret-path");
        await RaiseAsync("https://dead.example:8443/secret-path");
        await ExecuteAsync($"""
            update jobscheduler.alert_sinks set next_at = '{AnHourAgo:O}' where authority = 'idle.example';
            update jobscheduler.alert_sinks set failures = 3, failing_since = '{AnHourAgo:O}', last_error = 'The answer was 503.', next_at = now() + interval '1 hour'
            where authority = 'dead.example:8443';
            """);

        var findings = (await ScanAsync()).Findings;

        findings.Single(f => f.Subject == "https://idle.example/secret-path").Kind.ShouldBe(InvariantKind.DeliveryOverdue);
        var failing = findings.Single(f => f.Subject == "https://dead.example:8443/secret-path");
        (failing.Kind, failing.What).ShouldBe(
            (InvariantKind.WebhookFailing, "1 alerts wait for a webhook at dead.example:8443, which takes none: The answer was 503."));
        host.Logs.ShouldNotContain(l => l.StartsWith("Invariant", StringComparison.Ordinal) && l.Contains("secret-path", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_each_kind_the_longest_are_shown_and_all_are_counted()
    {
        var job = await host.CreateJobAsync();
        var before = (await ScanAsync()).Counts[InvariantKind.ExecutionStuck];
        var instants = Enumerable.Range(0, 150).Select(i => AnHourAgo.AddDays(-1).AddSeconds(i)).ToList();
        await Task.WhenAll(instants.Select(at => host.AppendAsync(ExecutionId.Of(job, at), new ExecutionScheduled(job, at))));

        var report = await ScanAsync();
        // They would hide what the other tests look for.
        await Task.WhenAll(instants.Select(at =>
            host.AppendAsync(ExecutionId.Of(job, at), new ExecutionSkipped(job, at, ExecutionTrigger.Schedule, SkipReason.JobChanged))));

        var shown = report.Findings.Where(f => f.Kind == InvariantKind.ExecutionStuck).ToList();
        shown.Count.ShouldBe(100);
        shown.Select(f => f.Since).ShouldBeInOrder();
        shown[0].Since.ShouldBe(AnHourAgo.AddDays(-1));
        report.Counts[InvariantKind.ExecutionStuck].ShouldBe(before + 150);
    }

    private Task<InvariantReport> ScanAsync() => host.Factory.Services.GetRequiredService<InvariantScanner>().ScanAsync(CancellationToken.None);

    private static JsonNode? Finding(JsonNode invariants, string subject)
    {
        var findings = invariants["findings"]!.AsArray();
        ((string)invariants["status"]!).ShouldBe(findings.Count == 0 ? "OK" : "VIOLATED");
        return findings.SingleOrDefault(f => (string)f!["subject"]! == subject);
    }

    private Task RaiseAsync(string webhook) => host.AppendAsync(Guid.CreateVersion7(), new AlertRaised(
        Guid.CreateVersion7(), Guid.CreateVersion7(), null, "https://example.com", AnHourAgo, AnHourAgo, 500, FailureKind.StatusCode, "500", 1, 1, 1, webhook));

    private async Task ExecuteAsync(string sql)
    {
        await using var command = host.Store.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
