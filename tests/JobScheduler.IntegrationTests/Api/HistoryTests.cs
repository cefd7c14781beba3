using System.Text.Json;
using System.Text.Json.Nodes;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;

namespace JobScheduler.IntegrationTests.Api;

public sealed class HistoryTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly DateTimeOffset Noon = new(2025, 12, 28, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Executions_are_listed_newest_first_with_reference_fields()
    {
        var job = await host.CreateJobAsync();
        await CompleteAsync(job, Noon);
        await FailAsync(job, Noon.AddSeconds(10));

        var list = (await host.GetAsync($"/jobs/{job}/executions")).AsArray();

        list.Count.ShouldBe(2);
        list[0]!.AsObject().Select(p => p.Key).Take(6).ShouldBe(["executionId", "jobId", "executionTime", "statusCode", "durationMs", "success"]);
        ((bool)list[0]!["success"]!).ShouldBeFalse();
        ((int)list[0]!["statusCode"]!).ShouldBe(500);
        ((string)list[0]!["failure"]!).ShouldBe("STATUS_CODE");
        ((string)list[1]!["executionTime"]!).ShouldBe("2025-12-28T12:00:00.003Z");
        ((string)list[1]!["scheduledFor"]!).ShouldBe("2025-12-28T12:00:00.000Z");
        ((bool)list[1]!["success"]!).ShouldBeTrue();
        var progress = await host.GetAsync($"/jobs/{job}");
        ((int)progress["counts"]!["success"]!).ShouldBe(1);
        ((int)progress["consecutiveFailures"]!).ShouldBe(1);
        ((string)progress["lastExecution"]!["status"]!).ShouldBe("FAILED");
    }

    [Fact]
    public async Task Executions_are_paged_by_the_link_header_and_by_instant()
    {
        var job = await host.CreateJobAsync();
        for (var i = 0; i < 7; i++) await CompleteAsync(job, Noon.AddSeconds(i));

        var seen = new List<string>();
        var path = $"/jobs/{job}/executions?limit=3&status=COMPLETED";
        while (path is not null)
        {
            using var answer = await host.AnswerAsync(HttpMethod.Get, path);
            seen.AddRange(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray().Select(e => (string)e!["scheduledFor"]!));
            path = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }

        seen.ShouldBe(Enumerable.Range(0, 7).Reverse().Select(i => $"2025-12-28T12:00:0{i}.000Z"));
        (await host.GetAsync($"/jobs/{job}/executions?before=2025-12-28T12:00:02Z")).AsArray().Count.ShouldBe(2);
        (await host.GetAsync($"/jobs/{job}/executions")).AsArray().Count.ShouldBe(5);
    }

    [Fact]
    public async Task Execution_shows_each_attempt()
    {
        var job = await host.CreateJobAsync();
        var id = ExecutionId.Of(job, Noon);
        await host.AppendAsync(
            id,
            new ExecutionScheduled(job, Noon),
            new ExecutionAttemptFailed(job, Noon, new(1, Noon, 30000, 1, null, FailureKind.Timeout, "No answer in 30 s."), Noon.AddSeconds(31)));
        (await host.GetAsync($"/executions/{id}"))["retryAt"]!.ToString().ShouldBe("2025-12-28T12:00:31.000Z");
        await host.AppendAsync(id, new ExecutionCompleted(job, Noon, ExecutionTrigger.Schedule, new(2, Noon.AddSeconds(31), 5, 0, 200, Response: "ok")));

        var execution = await host.GetAsync($"/executions/{id}");

        ((string)execution["status"]!).ShouldBe("COMPLETED");
        ((string)execution["response"]!).ShouldBe("ok");
        execution["retryAt"].ShouldBeNull();
        execution["attempts"]!.AsArray().Select(a => ((int)a!["attempt"]!, (int?)a["statusCode"], (string?)a["failure"])).ShouldBe([(1, null, "TIMEOUT"), (2, 200, null)]);
    }

    [Fact]
    public async Task Alerts_are_listed_and_acknowledged()
    {
        var job = await host.CreateJobAsync();
        var alert = await AlertAsync(job, Noon);

        var listed = (await host.GetAsync($"/alerts/{job}")).AsArray().ShouldHaveSingleItem()!;
        listed.AsObject().Select(p => p.Key).Take(9).ShouldBe(
            ["alertId", "jobId", "executionId", "statusCode", "message", "time", "api", "executionTime", "durationMs"]);
        ((string)listed["alertId"]!).ShouldBe(alert.ToString());
        ((string)listed["state"]!).ShouldBe("OPEN");
        ((string)listed["delivery"]!).ShouldBe("NONE");

        var acknowledged = await host.SendAsync(HttpMethod.Post, $"/alerts/{alert}/acknowledge", new { note = "on it" });
        ((string)acknowledged["state"]!).ShouldBe("ACKNOWLEDGED");
        ((string)acknowledged["note"]!).ShouldBe("on it");
        ((string)(await host.SendAsync(HttpMethod.Post, $"/alerts/{alert}/acknowledge"))["note"]!).ShouldBe("on it");
        (await host.GetAsync($"/alerts/{job}?state=OPEN")).AsArray().ShouldBeEmpty();
        (await host.GetAsync("/alerts?limit=1000")).AsArray().Select(a => (string)a!["alertId"]!).ShouldContain(alert.ToString());
        (await host.RefusedAsync(HttpMethod.Post, $"/alerts/{alert}/acknowledge", """{"notes":"x"}""")).Single().Message.ShouldContain("'note'");
    }

    [Fact]
    public async Task Snake_style_is_the_other_wire_form()
    {
        var job = await host.CreateJobAsync();
        await CompleteAsync(job, Noon);
        await host.AppendAsync(ExecutionId.Of(job, Noon.AddSeconds(1)), new ExecutionScheduled(job, Noon.AddSeconds(1)));
        await FailAsync(job, Noon.AddSeconds(-1));
        await AlertAsync(job, Noon);

        var executions = (await host.GetAsync($"/jobs/{job}/executions?style=snake")).AsArray();
        executions.Select(e => (int?)e!["success"]).ShouldBe([null, 1, 0]);
        ((long)executions[1]!["execution_time"]!).ShouldBe(Noon.ToUnixTimeMilliseconds() + 3);
        ((int)executions[1]!["status_code"]!).ShouldBe(200);
        ((double)executions[1]!["duration_ms"]!).ShouldBe(512.5);
        var alert = (await host.GetAsync($"/alerts/{job}?style=snake")).AsArray()[0]!;
        ((string)alert["job_id"]!).ShouldBe(job.ToString());
        ((long)alert["time"]!).ShouldBeGreaterThan(Noon.ToUnixTimeMilliseconds());
        (await host.GetAsync($"/jobs/{job}?style=snake"))["next_execution_time"]!.GetValueKind().ShouldBe(JsonValueKind.Number);
        (await host.GetAsync("/jobs/getAllJobs?style=snake")).AsArray().ShouldContain(j => (string)j!["job_id"]! == job.ToString());
        ((int)(await host.GetAsync($"/executions/{ExecutionId.Of(job, Noon)}?style=snake"))["success"]!).ShouldBe(1);
        ((bool)(await host.GetAsync($"/executions/{ExecutionId.Of(job, Noon)}?style=camel"))["success"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Ledger_accounts_for_every_instant()
    {
        var job = await host.CreateJobAsync(new { schedule = "* * * * * *" });
        await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/pause");
        await host.MoveEventsAsync(job, Noon, Noon.AddSeconds(4.5));
        await CompleteAsync(job, Noon.AddSeconds(1));
        await FailAsync(job, Noon.AddSeconds(2));
        await host.AppendAsync(
            ExecutionId.Of(job, Noon.AddSeconds(3)),
            new JobOccurrencesMissed(job, Noon.AddSeconds(3), Noon.AddSeconds(3), 1, MissedReason.SchedulerDown));
        await host.AppendAsync(
            ExecutionId.Of(job, Noon.AddSeconds(5)),
            new ExecutionScheduled(job, Noon.AddSeconds(5)),
            new ExecutionSkipped(job, Noon.AddSeconds(5), ExecutionTrigger.Schedule, SkipReason.JobPaused));

        var ledger = await host.GetAsync($"/jobs/{job}/ledger?to=2025-12-28T13:00:00Z");

        ((string)ledger["from"]!).ShouldBe("2025-12-28T12:00:00.000Z");
        JsonNode.DeepEquals(ledger["summary"], JsonNode.Parse(
            """{"expected":4,"completed":1,"failed":1,"skipped":0,"missed":1,"open":0,"unaccounted":1,"unexpected":1}"""))
            .ShouldBeTrue(ledger["summary"]!.ToJsonString());
        ledger["occurrences"]!.AsArray().Select(o => ((string)o!["outcome"]!, (bool)o["expected"]!, (string?)o["reason"])).ShouldBe(
        [
            ("COMPLETED", true, null), ("FAILED", true, "STATUS_CODE"), ("MISSED", true, "SCHEDULER_DOWN"), ("UNACCOUNTED", true, null),
            ("SKIPPED", false, "JOB_PAUSED"),
        ]);
    }

    [Fact]
    public async Task Ledger_asks_for_a_shorter_time_when_there_is_too_much()
    {
        var job = await host.CreateJobAsync(new { schedule = "* * * * * *" });
        await host.MoveEventsAsync(job, Noon.AddYears(-1));

        var error = (await host.RefusedAsync(HttpMethod.Get, $"/jobs/{job}/ledger?from=2024-12-28T12:00:00Z")).Single();

        error.Message.ShouldContain("shorter");
        var hour = await host.GetAsync($"/jobs/{job}/ledger?from=2025-01-01T00:00:00Z&to=2025-01-01T01:00:00Z");
        ((int)hour["summary"]!["unaccounted"]!).ShouldBe(3600);
    }

    private Task CompleteAsync(Guid job, DateTimeOffset at) => host.AppendAsync(
        ExecutionId.Of(job, at),
        new ExecutionScheduled(job, at),
        new ExecutionCompleted(job, at, ExecutionTrigger.Schedule, new(1, at.AddMilliseconds(3), 512.5, 3, 200)));

    private Task FailAsync(Guid job, DateTimeOffset at) => host.AppendAsync(
        ExecutionId.Of(job, at),
        new ExecutionScheduled(job, at),
        new ExecutionFailed(job, at, ExecutionTrigger.Schedule, new(1, at, 70, 0, 500, FailureKind.StatusCode, "The answer was 500.")));

    private async Task<Guid> AlertAsync(Guid job, DateTimeOffset at)
    {
        var execution = ExecutionId.Of(job, at);
        var id = RaiseAlert.AlertIdOf(execution);
        await host.AppendAsync(id, new AlertRaised(
            job, execution, null, "https://example.com/hook", at, at, 500, FailureKind.StatusCode, "The answer was 500.", 70, 1, 1, Webhook: null));
        return id;
    }
}
