using System.Net;
using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;
using JobScheduler.Host.Commands;
using JobScheduler.Host.Configuration;
using JobScheduler.Host.Storage;
using JobScheduler.Projections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobScheduler.IntegrationTests.Api;

public sealed class OperationsTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly DateTimeOffset Noon = new(2025, 12, 28, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("/health")]
    [InlineData("/health/ready")]
    public async Task Health_is_ok_when_the_database_answers(string path)
    {
        await host.CreateJobAsync();

        var health = (await host.GetAsync(path)).AsObject();

        health.Select(p => p.Key).Take(4).ShouldBe(["status", "uptimeSeconds", "activeJobs", "timestamp"]);
        ((string)health["status"]!).ShouldBe("OK");
        ((double)health["uptimeSeconds"]!).ShouldBeGreaterThan(0);
        ((int)health["activeJobs"]!).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Metrics_count_the_ended_runs()
    {
        var before = await host.GetAsync("/metrics");
        var job = await host.CreateJobAsync();
        await host.AppendAsync(
            ExecutionId.Of(job, Noon),
            new ExecutionScheduled(job, Noon),
            new ExecutionCompleted(job, Noon, ExecutionTrigger.Schedule, new(1, Noon, 5, 0, 200)));

        var metrics = (await host.GetAsync("/metrics")).AsObject();

        metrics.Select(p => p.Key).Take(3).ShouldBe(["totalExecutions", "successCount", "failureCount"]);
        ((int)metrics["totalExecutions"]!).ShouldBe((int)before["totalExecutions"]! + 1);
        ((int)metrics["successCount"]!).ShouldBe((int)before["successCount"]! + 1);
        ((int)metrics["failureCount"]!).ShouldBe((int)before["failureCount"]!);
    }

    [Fact]
    public async Task Metrics_are_prometheus_text_when_the_client_prefers_it()
    {
        await host.CreateJobAsync();

        using var answer = await host.AnswerAsync(
            HttpMethod.Get, "/metrics", null, ("Accept", "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1"));

        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n');
        lines.ShouldContain("# TYPE jobscheduler_executions_total counter");
        lines.ShouldContain(l => l.StartsWith("jobscheduler_executions_total{outcome=\"completed\"} ", StringComparison.Ordinal));
        lines.ShouldContain(l => l.StartsWith("jobscheduler_uptime_seconds ", StringComparison.Ordinal));
        lines.ShouldContain("# TYPE eventstore_commit_duration_seconds histogram");
        lines.ShouldContain(l => l.StartsWith("eventstore_commit_duration_seconds_bucket{le=\"+Inf\"} ", StringComparison.Ordinal));
        lines.ShouldContain(l => l.StartsWith("eventstore_events_appended_total ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_models_are_listed_and_rebuilt()
    {
        await host.CreateJobAsync();
        (await host.GetAsync("/read-models")).AsArray().Select(m => (string)m!["name"]!).ShouldBe(["jobs", "executions", "alerts"]);

        foreach (var model in JobSchedulerLog.ReadModels)
        {
            var report = await host.SendAsync(HttpMethod.Post, $"/read-models/{model.Name}/rebuild");
            ((bool)report["equal"]!).ShouldBeTrue(report.ToJsonString());
            report["tables"]!.AsArray().Select(t => (string)t!["table"]!).ShouldBe(model.Tables);
        }
    }

    [Fact]
    public async Task Rebuild_is_refused_while_another_runs()
    {
        await host.CreateJobAsync();
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var goOn = new ManualResetEventSlim();
        var progress = new Progress(() =>
        {
            running.TrySetResult();
            goOn.Wait(TimeSpan.FromSeconds(30));
        });
        var rebuild = Task.Run(() => new ReadModelRebuild(host.Store).RunAsync(JobSchedulerLog.ReadModels[0], progress));
        await running.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var problem = await host.SendAsync(HttpMethod.Post, "/read-models/jobs/rebuild", expected: HttpStatusCode.Conflict);

        ((string)problem["type"]!).ShouldBe("urn:jobscheduler:problem:rebuild-running");
        goOn.Set();
        await rebuild;
    }

    [Fact]
    public async Task Rebuild_command_reports_each_read_model_and_exits_by_what_it_found()
    {
        var id = await host.CreateJobAsync();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("ConnectionStrings:JobScheduler", host.Database.ConnectionString)]).Build();
        await using var database = await Database.OpenAsync(Settings.From(configuration, isDevelopment: false), NullLoggerFactory.Instance, CancellationToken.None);
        using var output = new StringWriter();

        (await RebuildCommand.RunAsync(["all"], database, output)).ShouldBe(0, output.ToString());
        await using (var command = database.DataSource.CreateCommand($"delete from jobscheduler.jobs where id = '{id}'")) await command.ExecuteNonQueryAsync();
        (await RebuildCommand.RunAsync(["jobs"], database, output)).ShouldBe(2);
        (await RebuildCommand.RunAsync(["nothing"], database, output)).ShouldBe(1);

        output.ToString().ShouldContain("jobs: ");
        output.ToString().ShouldContain("1 only in the rebuilt one");
        await host.GetAsync($"/jobs/{id}");
    }

    [Fact]
    public async Task Schedule_preview_shows_both_clocks()
    {
        var preview = await host.GetAsync("/schedules/preview?schedule=30+2+*+*+*&timeZone=Europe/Berlin&count=2&from=2026-03-28T00:00:00Z");

        preview["occurrences"]!.AsArray().Select(o => ((string)o!["utc"]!, (string)o["local"]!)).ShouldBe(
        [
            ("2026-03-28T01:30:00.000Z", "2026-03-28T02:30:00+01:00"),
            ("2026-03-29T01:00:00.000Z", "2026-03-29T03:00:00+02:00"),
        ]);
    }

    [Fact]
    public async Task Practice_targets_succeed_and_fail()
    {
        ((string)(await host.SendAsync(HttpMethod.Post, "/test"))["message"]!).ShouldBe("ok");
        await host.SendAsync(HttpMethod.Post, "/test-fail", expected: HttpStatusCode.InternalServerError);
    }

    [Theory]
    [InlineData("/jobs", "get,post")]
    [InlineData("/jobs/{id}", "delete,get,patch,post,put")]
    [InlineData("/jobs/getAllJobs", "get")]
    [InlineData("/jobs/{id}/pause", "post")]
    [InlineData("/jobs/{id}/resume", "post")]
    [InlineData("/jobs/{id}/run", "post")]
    [InlineData("/jobs/{id}/executions", "get")]
    [InlineData("/jobs/{id}/events", "get")]
    [InlineData("/jobs/{id}/as-of", "get")]
    [InlineData("/jobs/{id}/diff", "get")]
    [InlineData("/jobs/{id}/revert", "post")]
    [InlineData("/jobs/{id}/explain", "get")]
    [InlineData("/jobs/{id}/ledger", "get")]
    [InlineData("/ledger", "get")]
    [InlineData("/executions/{id}", "get")]
    [InlineData("/executions/{id}/replay", "post")]
    [InlineData("/alerts", "get")]
    [InlineData("/alerts/{jobId}", "get")]
    [InlineData("/alerts/{id}/acknowledge", "post")]
    [InlineData("/alerts/{id}/redeliver", "post")]
    [InlineData("/alerts/{id}/deliveries", "get")]
    [InlineData("/events", "get")]
    [InlineData("/health", "get")]
    [InlineData("/health/live", "get")]
    [InlineData("/health/invariants", "get")]
    [InlineData("/health/ready", "get")]
    [InlineData("/metrics", "get")]
    [InlineData("/schedules/preview", "get")]
    [InlineData("/projections", "get")]
    [InlineData("/projections/{name}", "get")]
    [InlineData("/projections/{name}/rebuild", "get,post")]
    [InlineData("/projections/{name}/rebuild/cancel", "post")]
    [InlineData("/read-models", "get")]
    [InlineData("/read-models/{name}/rebuild", "post")]
    [InlineData("/test", "post")]
    [InlineData("/test-fail", "post")]
    public async Task OpenApi_describes_every_route(string path, string methods)
    {
        var document = await host.GetAsync("/openapi/v1.json");

        var operations = document["paths"]![path].ShouldNotBeNull().AsObject();
        operations.Select(o => o.Key).Order().ShouldBe(methods.Split(','));
        foreach (var (method, operation) in operations)
        {
            operation!["summary"].ShouldNotBeNull(method);
            operation["responses"]!.AsObject().ShouldNotBeEmpty();
            var declared = operation["parameters"]?.AsArray().Where(p => (string)p!["in"]! == "path").Select(p => $"{{{p!["name"]}}}") ?? [];
            path.Split('/').Where(s => s.StartsWith('{')).ShouldBe(declared);
        }

        if (path == "/jobs") operations["post"]!["requestBody"].ShouldNotBeNull();
        if (path == "/jobs/{id}") operations["put"]!["responses"]!["412"]!["content"]!["application/problem+json"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Root_is_the_dashboard_which_leads_to_the_docs()
    {
        using var root = await host.AnswerAsync(HttpMethod.Get, "/");
        root.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        (await root.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("href=\"/docs\"");
        using var page = await host.AnswerAsync(HttpMethod.Get, "/docs/index.html");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private sealed class Progress(Action react) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => react();
    }
}
