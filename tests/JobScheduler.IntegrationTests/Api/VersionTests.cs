using System.Net;
using System.Text.Json.Nodes;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.IntegrationTests.Api;

/// <summary>Who changed what, the difference between versions, and the way back.</summary>
public sealed class VersionTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Actor_is_kept_with_the_events_of_a_request()
    {
        var job = await host.CreateJobAsync();
        await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/pause", headers: ("X-Actor", "ann@example.com"));

        var events = (await host.GetAsync($"/jobs/{job}/events"))["events"]!.AsArray();

        ((string?)events[0]!["headers"]!["actor"]).ShouldBeNull();
        ((string)events[1]!["headers"]!["actor"]!).ShouldBe("ann@example.com");
        ((string)events[1]!["headers"]!["via"]!).ShouldBe("api");
    }

    [Fact]
    public async Task Actor_that_is_too_long_is_refused()
    {
        var problem = await host.SendAsync(
            HttpMethod.Post, $"/jobs/{Guid.NewGuid()}/pause", expected: HttpStatusCode.BadRequest, headers: ("X-Actor", new string('a', 201)));

        ((string)problem["errors"]![0]!["field"]!).ShouldBe("X-Actor");
        ((string)problem["errors"]![0]!["message"]!).ShouldContain("200");
    }

    [Fact]
    public async Task Diff_names_each_field_that_differs_before_and_after()
    {
        var job = await host.CreateJobAsync(new { name = "old", headers = new { Stays = "same-value", Replaced = "first-value", Gone = "x" } });
        await host.SendAsync(
            HttpMethod.Put,
            $"/jobs/{job}",
            new { name = "new", retry = new { maxAttempts = 3 }, headers = new { Stays = "***", Replaced = "second-value", Added = "y" } },
            headers: ("X-Actor", "ann"));
        await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/pause");

        var diff = await host.GetAsync($"/jobs/{job}/diff?from=1&to=5");

        Changes(diff).ShouldBe(
        [
            """name "old" "new" """, """state "ACTIVE" "PAUSED" """, "retry.maxAttempts 1 3",
            """headers.Replaced "***" "***" """, """headers.Gone "***" null""", """headers.Added null "***" """,
        ], ignoreOrder: true);
        ((int)diff["to"]!["version"]!).ShouldBe(5);
        diff["events"]!.AsArray().Select(e => (string)e!["type"]!)
            .ShouldBe(["job_retargeted", "job_policy_changed", "job_renamed", "job_paused"]);
        diff.ToJsonString().ShouldNotContain("value\":\"second");
    }

    [Fact]
    public async Task Diff_is_of_the_latest_change_by_default_and_goes_backwards_too()
    {
        var job = await host.CreateJobAsync(new { name = "old" });
        await host.SendAsync(HttpMethod.Put, $"/jobs/{job}", new { name = "new" }, headers: ("X-Actor", "ann"));

        var latest = await host.GetAsync($"/jobs/{job}/diff");
        Changes(latest).ShouldBe(["""name "old" "new" """]);
        ((string)latest["to"]!["by"]!).ShouldBe("ann");
        Changes(await host.GetAsync($"/jobs/{job}/diff?from=2&to=1")).ShouldBe(["""name "new" "old" """]);
        Changes(await host.GetAsync($"/jobs/{job}/diff?from=2&to=2")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Diff_is_refused_when_there_is_no_such_version_or_job()
    {
        var job = await host.CreateJobAsync();

        var notYet = await host.SendAsync(HttpMethod.Get, $"/jobs/{job}/diff?to=9", expected: HttpStatusCode.NotFound);
        ((string)notYet["type"]!).ShouldBe("urn:jobscheduler:problem:job-not-yet");
        ((string)notYet["detail"]!).ShouldContain("its version is 1");
        await host.SendAsync(HttpMethod.Get, $"/jobs/{Guid.NewGuid()}/diff", expected: HttpStatusCode.NotFound);
        (await host.RefusedAsync(HttpMethod.Get, $"/jobs/{job}/diff?from=0&too=1")).Select(e => e.Field).ShouldBe(["from", "too"]);
    }

    [Fact]
    public async Task Revert_makes_the_definition_what_it_was_and_says_what_changed()
    {
        var job = await host.CreateJobAsync(new { name = "first", headers = new { Token = "first-token" } });
        var first = await host.GetAsync($"/jobs/{job}");
        await host.SendAsync(HttpMethod.Put, $"/jobs/{job}", new { name = "second", schedule = "* * * * *", headers = new { Token = "other-token" } });
        await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/pause");

        var reverted = await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/revert", new { version = 1 }, headers: ("If-Match", "\"5\""));

        reverted["changes"]!.AsArray().Select(c => (string)c!["field"]!).ShouldBe(["schedule", "name", "headers.Token"], ignoreOrder: true);
        ((string)reverted["job"]!["schedule"]!).ShouldBe((string)first["schedule"]!);
        ((string)reverted["job"]!["state"]!).ShouldBe("PAUSED", "pausing is no part of the definition");
        ((int)reverted["job"]!["version"]!).ShouldBe(8);
        var streams = await host.Store.FetchStreamAsync(job);
        ((JobRetargeted)streams.Last(e => e.Data is JobRetargeted).Data).Target.ShouldBe(((JobCreated)streams[0].Data).Target);
        streams[^1].Metadata.Headers!["revertedTo"].ShouldBe("1");
    }

    [Fact]
    public async Task Revert_changes_nothing_when_the_job_is_so_already()
    {
        var job = await host.CreateJobAsync();
        await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/pause");

        var reverted = await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/revert", new { version = 1 });

        reverted["changes"]!.AsArray().ShouldBeEmpty();
        ((int)reverted["job"]!["version"]!).ShouldBe(2);
    }

    [Fact]
    public async Task Revert_is_refused_with_what_would_be_right()
    {
        var job = await host.CreateJobAsync();
        var path = $"/jobs/{job}/revert";

        (await host.RefusedAsync(HttpMethod.Post, path, new { version = 2 })).Single().Message.ShouldContain("1 to 1");
        (await host.RefusedAsync(HttpMethod.Post, path, new { })).Single().Field.ShouldBe("version");
        (await host.RefusedAsync(HttpMethod.Post, path, new { version = "1" })).Single().Field.ShouldBe("version");
        (await host.RefusedAsync(HttpMethod.Post, path, new { verison = 1 })).Single().Message.ShouldContain("'version'");
        await host.SendAsync(HttpMethod.Post, path, new { version = 1 }, HttpStatusCode.PreconditionFailed, ("If-Match", "\"7\""));
        await host.SendAsync(HttpMethod.Post, $"/jobs/{Guid.NewGuid()}/revert", new { version = 1 }, HttpStatusCode.NotFound);

        await host.SendAsync(HttpMethod.Delete, $"/jobs/{job}", expected: HttpStatusCode.NoContent);
        var deleted = await host.SendAsync(HttpMethod.Post, path, new { version = 1 }, HttpStatusCode.NotFound);
        ((string)deleted["type"]!).ShouldBe("urn:jobscheduler:problem:job-deleted");
    }

    [Fact]
    public async Task Revert_is_refused_when_the_schedule_of_then_never_occurs_any_more()
    {
        var once = DateTimeOffset.UtcNow.AddDays(1);
        var job = await host.CreateJobAsync();
        var stream = await host.Store.FetchStreamAsync(job);
        var definition = (JobCreated)stream[0].Data;
        await host.AppendAsync(job, new JobRescheduled(new(null, once.AddYears(-1))), new JobRescheduled(definition.Schedule));

        (await host.RefusedAsync(HttpMethod.Post, $"/jobs/{job}/revert", new { version = 2 })).Single().Message.ShouldContain("never occurs");
    }

    private static IEnumerable<string> Changes(JsonNode diff) => diff["changes"]!.AsArray().Select(c =>
    {
        var line = $"{c!["field"]} {Json(c["before"])} {Json(c["after"])}";
        return line.EndsWith('"') ? line + " " : line;
    });

    private static string Json(JsonNode? node) => node?.ToJsonString() ?? "null";
}
