using System.Net;
using System.Text.Json.Nodes;

namespace JobScheduler.IntegrationTests.Api;

public sealed class JobEndpointTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly string[] ReferenceFields = ["jobId", "schedule", "api", "type", "nextExecutionTime", "alertWebhook"];

    [Fact]
    public async Task Create_answers_id_location_etag_and_next_execution()
    {
        using var answer = await host.AnswerAsync(HttpMethod.Post, "/jobs", new { schedule = "*/10 * * * * *", api = "http://localhost:3000/test" });

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        body.Select(p => p.Key).ShouldBe(["jobId", "nextExecutionTime"]);
        answer.Headers.Location!.ToString().ShouldBe($"/jobs/{body["jobId"]}");
        answer.Headers.ETag!.Tag.ShouldBe("\"1\"");
        ((string)body["nextExecutionTime"]!).ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d0\.000Z$");
    }

    [Fact]
    public async Task Job_has_all_fields_with_their_defaults_when_fetched()
    {
        var id = await host.CreateJobAsync();

        var job = (await host.GetAsync($"/jobs/{id}")).AsObject();

        job.Select(p => p.Key).Take(6).ShouldBe(ReferenceFields);
        job.Remove("nextExecutionTime").ShouldBeTrue();
        job.Remove("createdAt").ShouldBeTrue();
        job.Remove("updatedAt").ShouldBeTrue();
        JsonNode.DeepEquals(job, JsonNode.Parse(
            $$"""
            {
              "jobId": "{{id}}", "schedule": "0 0 * * * *", "api": "https://example.com/hook", "type": "ATLEAST_ONCE", "alertWebhook": null,
              "name": null, "tags": [], "state": "ACTIVE", "version": 1, "runAt": null, "timeZone": "UTC", "startAt": null, "endAt": null,
              "method": "POST", "headers": {}, "body": null, "contentType": null, "timeout": "30s", "connectTimeout": "10s", "successCodes": ["200-299"],
              "followRedirects": false, "misfire": "FIRE_ONCE", "misfireLimit": 100, "misfireGrace": null, "overlap": "ALLOW",
              "retry": { "maxAttempts": 1, "initialDelay": "1s", "maxDelay": "5m", "multiplier": 2, "jitter": true, "on": ["TIMEOUT", "CONNECTION", 408, 425, 429, "500-599"] },
              "alerts": { "after": 1, "repeatEvery": null, "notifyRecovery": false, "overdueAfter": null },
              "lastExecution": null, "counts": { "success": 0, "failure": 0, "skipped": 0, "missed": 0 }, "consecutiveFailures": 0
            }
            """)).ShouldBeTrue(job.ToJsonString());
    }

    [Fact]
    public async Task Job_reads_back_what_was_given()
    {
        var given = JsonNode.Parse(
            """
            {
              "schedule": "0 9 * * 1-5", "timeZone": "Europe/Berlin", "startAt": "2020-01-01T00:00:00.000Z", "endAt": "2999-01-01T00:00:00.000Z",
              "api": "https://example.com/a?b=c", "method": "put", "contentType": "application/xml", "body": "<a/>", "timeout": "1m30s", "connectTimeout": "2s",
              "successCodes": [204, "300-399"], "followRedirects": true, "type": "AT_LEAST_ONCE", "misfire": "FIRE_ALL", "misfireLimit": 7, "misfireGrace": "5m", "overlap": "QUEUE",
              "retry": { "maxAttempts": 5, "initialDelay": "500ms", "maxDelay": "00:01:00", "multiplier": 1.5, "jitter": false, "on": ["CONNECTION", 409, "500-599"] },
              "alertWebhook": "https://example.com/alert", "alerts": { "after": 3, "repeatEvery": "1h", "notifyRecovery": true, "overdueAfter": "10m" },
              "name": "Bericht ä", "tags": ["b", "a", "b"]
            }
            """)!;

        var id = await host.CreateJobAsync(given);

        var job = await host.GetAsync($"/jobs/{id}");
        given["method"] = "PUT";
        given["type"] = "ATLEAST_ONCE";
        given["retry"]!["maxDelay"] = "1m";
        given["tags"] = new JsonArray("b", "a");
        foreach (var (name, value) in given.AsObject()) JsonNode.DeepEquals(job[name], value).ShouldBeTrue($"{name}: {job[name]?.ToJsonString()}");
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task Update_changes_only_the_fields_given(string method)
    {
        var id = await host.CreateJobAsync(new { name = "before", alertWebhook = "https://example.com/alert" });

        var answer = await host.SendAsync(new HttpMethod(method), $"/jobs/{id}", new { schedule = "*/10 * * * * *", api = "https://example.com/other" });

        ((string)answer["message"]!).ShouldBe("Job updated successfully");
        var job = answer["job"]!.AsObject();
        job.Select(p => p.Key).Take(6).ShouldBe(ReferenceFields);
        ((string)job["api"]!).ShouldBe("https://example.com/other");
        ((string)job["name"]!).ShouldBe("before");
        ((string)job["alertWebhook"]!).ShouldBe("https://example.com/alert");
        ((int)job["version"]!).ShouldBe(3);
    }

    [Fact]
    public async Task Update_appends_an_event_for_each_part_that_changes()
    {
        var id = await host.CreateJobAsync();

        await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new
        {
            schedule = "* * * * *", api = "https://example.com/x", overlap = "SKIP", alertWebhook = "https://example.com/w", name = "n", tags = new[] { "t" },
        });

        var events = (await host.GetAsync($"/jobs/{id}/events"))["events"]!.AsArray();
        events.Select(e => (string)e!["type"]!).ShouldBe(
        [
            "job_created", "job_rescheduled", "job_retargeted", "job_policy_changed", "job_alerting_changed", "job_renamed", "job_retagged",
        ]);
        events.Skip(1).Select(e => (string)e!["causationId"]!).ShouldAllBe(c => c == "PUT /jobs/{id}");
        ((string)events[1]!["headers"]!["via"]!).ShouldBe("api");
        ((string)events[1]!["correlationId"]!).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Update_appends_nothing_when_nothing_changes()
    {
        var id = await host.CreateJobAsync(new { headers = new { Authorization = "Bearer 1" }, body = new { a = 1 }, timeout = "90s", tags = new[] { "x" } });
        using var before = await host.AnswerAsync(HttpMethod.Get, $"/jobs/{id}");

        using var answer = await host.AnswerAsync(HttpMethod.Put, $"/jobs/{id}", new
        {
            schedule = "0 0 * * * *", headers = new { Authorization = "Bearer 1" }, body = new { a = 1 }, timeout = "1m30s", tags = new[] { "x" }, misfire = (string?)null,
        });

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.ETag.ShouldBe(before.Headers.ETag);
        (await host.GetAsync($"/jobs/{id}/events"))["events"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Run_once_takes_the_place_of_the_schedule_and_back()
    {
        var id = await host.CreateJobAsync();

        var once = (await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { runAt = "2999-05-01T12:00:00.1234567+02:00" }))["job"]!;
        once["schedule"].ShouldBeNull();
        ((string)once["runAt"]!).ShouldBe("2999-05-01T10:00:00.123Z");
        ((string)once["nextExecutionTime"]!).ShouldBe("2999-05-01T10:00:00.123Z");

        var cron = (await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { schedule = "@daily" }))["job"]!;
        cron["runAt"].ShouldBeNull();
        ((string)cron["schedule"]!).ShouldBe("@daily");
    }

    [Theory]
    [InlineData("""{"a":"ä","b":[1, 2]}""", """{"a":"ä","b":[1,2]}""", "application/json")]
    [InlineData("\"{\\\"a\\\": 1}\"", "{\"a\": 1}", "application/json")]
    [InlineData("\"hello\"", "hello", "text/plain; charset=utf-8")]
    public async Task Content_type_follows_from_the_body_when_none_is_given(string body, string stored, string contentType)
    {
        var id = await host.CreateJobAsync(new { body = JsonNode.Parse(body) });

        var job = await host.GetAsync($"/jobs/{id}");

        ((string)job["body"]!).ShouldBe(stored);
        ((string)job["contentType"]!).ShouldBe(contentType);
    }

    [Fact]
    public async Task Content_type_among_the_headers_is_the_content_type()
    {
        var id = await host.CreateJobAsync(new JsonObject { ["body"] = "<a/>", ["headers"] = new JsonObject { ["content-type"] = "text/xml", ["X-A"] = "1" } });

        var job = (await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { body = "<b/>" }))["job"]!;

        ((string)job["contentType"]!).ShouldBe("text/xml");
        job["headers"]!.AsObject().Select(h => h.Key).ShouldBe(["X-A"]);
    }

    [Fact]
    public async Task Delete_ends_the_job_and_keeps_its_log()
    {
        var id = await host.CreateJobAsync();

        await host.SendAsync(HttpMethod.Delete, $"/jobs/{id}", expected: HttpStatusCode.NoContent);

        await host.SendAsync(HttpMethod.Delete, $"/jobs/{id}", expected: HttpStatusCode.NotFound);
        await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { name = "x" }, HttpStatusCode.NotFound);
        await host.SendAsync(HttpMethod.Post, $"/jobs/{id}/run", expected: HttpStatusCode.NotFound);
        var problem = await host.SendAsync(HttpMethod.Get, $"/jobs/{id}", expected: HttpStatusCode.NotFound);
        ((string)problem["detail"]!).ShouldContain($"was deleted; its log is at /jobs/{id}/events");
        (await host.GetAsync($"/jobs/{id}/events"))["events"]!.AsArray().Count.ShouldBe(2);
        (await host.GetAsync($"/jobs/{id}/executions")).AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Pause_and_resume_change_the_state_once()
    {
        var id = await host.CreateJobAsync();

        var paused = (await host.SendAsync(HttpMethod.Post, $"/jobs/{id}/pause"))["job"]!;
        ((string)paused["state"]!).ShouldBe("PAUSED");
        paused["nextExecutionTime"].ShouldBeNull();
        ((int)(await host.SendAsync(HttpMethod.Post, $"/jobs/{id}/pause"))["job"]!["version"]!).ShouldBe(2);

        var resumed = (await host.SendAsync(HttpMethod.Post, $"/jobs/{id}/resume"))["job"]!;
        ((string)resumed["state"]!).ShouldBe("ACTIVE");
        resumed["nextExecutionTime"].ShouldNotBeNull();
        ((int)(await host.SendAsync(HttpMethod.Post, $"/jobs/{id}/resume"))["job"]!["version"]!).ShouldBe(3);
    }

    [Fact]
    public async Task Run_asks_for_an_execution_also_of_a_paused_job()
    {
        var id = await host.CreateJobAsync();
        await host.SendAsync(HttpMethod.Post, $"/jobs/{id}/pause");

        using var answer = await host.AnswerAsync(HttpMethod.Post, $"/jobs/{id}/run");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var execution = await host.GetAsync(answer.Headers.Location!.ToString());
        ((string)execution["jobId"]!).ShouldBe(id.ToString());
        ((string)execution["status"]!).ShouldBe("OPEN");
        ((string)execution["trigger"]!).ShouldBe("MANUAL");
        execution["success"].ShouldBeNull();
        (await host.GetAsync($"/jobs/{id}/executions")).AsArray().Single()!["executionId"]!.ToString().ShouldBe(execution["executionId"]!.ToString());
    }

    [Fact]
    public async Task Unknown_job_is_not_found_everywhere()
    {
        var id = Guid.NewGuid();
        foreach (var path in new[] { "", "/executions", "/events", "/as-of?version=1", "/ledger" })
        {
            var problem = await host.SendAsync(HttpMethod.Get, $"/jobs/{id}{path}", expected: HttpStatusCode.NotFound);
            ((string)problem["type"]!).ShouldBe("urn:jobscheduler:problem:job-not-found", path);
        }

        foreach (var action in new[] { "pause", "resume", "run" })
            await host.SendAsync(HttpMethod.Post, $"/jobs/{id}/{action}", expected: HttpStatusCode.NotFound);
        await host.SendAsync(HttpMethod.Get, $"/alerts/{id}", expected: HttpStatusCode.NotFound);
        await host.SendAsync(HttpMethod.Get, $"/executions/{id}", expected: HttpStatusCode.NotFound);
        await host.SendAsync(HttpMethod.Post, $"/alerts/{id}/acknowledge", expected: HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task As_of_gives_the_job_as_it_was()
    {
        var id = await host.CreateJobAsync(new { name = "one" });
        var created = await host.GetAsync($"/jobs/{id}/as-of?version=1");
        await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { name = "two" });
        await host.SendAsync(HttpMethod.Delete, $"/jobs/{id}", expected: HttpStatusCode.NoContent);

        ((string)created["job"]!["name"]!).ShouldBe("one");
        ((string)(await host.GetAsync($"/jobs/{id}/as-of?version=2"))["job"]!["name"]!).ShouldBe("two");
        var last = await host.GetAsync($"/jobs/{id}/as-of?at=2999-01-01T00:00:00Z");
        ((string)last["job"]!["state"]!).ShouldBe("DELETED");
        ((int)last["version"]!).ShouldBe(3);
        ((int)(await host.GetAsync($"/jobs/{id}/as-of?at={created["timestamp"]}"))["version"]!).ShouldBeGreaterThanOrEqualTo(1);
        await host.SendAsync(HttpMethod.Get, $"/jobs/{id}/as-of?version=4", expected: HttpStatusCode.NotFound);
        await host.SendAsync(HttpMethod.Get, $"/jobs/{id}/as-of?at=2020-01-01T00:00:00Z", expected: HttpStatusCode.NotFound);
        await host.SendAsync(HttpMethod.Get, $"/jobs/{id}/as-of", expected: HttpStatusCode.BadRequest);
        await host.SendAsync(HttpMethod.Get, $"/jobs/{id}/as-of?version=1&at=2999-01-01T00:00:00Z", expected: HttpStatusCode.BadRequest);
    }
}
