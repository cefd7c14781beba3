using System.Net;
using JobScheduler.Domain.Executions;

namespace JobScheduler.IntegrationTests.Api;

public sealed class ReplayTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Replay_names_its_origin_and_the_version_of_the_job_at_that_time()
    {
        var job = await host.CreateJobAsync();
        var origin = await EndedAsync(job);
        await host.SendAsync(HttpMethod.Put, $"/jobs/{job}", new { api = "https://example.com/other" });

        var answer = await host.SendAsync(HttpMethod.Post, $"/executions/{origin}/replay", expected: HttpStatusCode.Accepted, headers: ("X-Actor", "ann"));

        ((int)answer["jobVersion"]!).ShouldBe(1);
        var replay = await host.GetAsync($"/executions/{answer["executionId"]}");
        ((string)replay["replayOf"]!).ShouldBe(origin.ToString());
        ((string)replay["trigger"]!).ShouldBe("MANUAL");
        ((string)replay["status"]!).ShouldBe("OPEN");
        (await host.GetAsync($"/executions/{origin}"))["replayOf"].ShouldBeNull();
        var requested = (await host.Store.FetchStreamAsync(Guid.Parse((string)answer["executionId"]!))).Single();
        requested.Metadata.Headers!["actor"].ShouldBe("ann");
    }

    [Fact]
    public async Task Replay_of_a_replay_is_run_with_the_first_ones_version()
    {
        var job = await host.CreateJobAsync();
        var origin = await EndedAsync(job);
        await host.SendAsync(HttpMethod.Put, $"/jobs/{job}", new { name = "renamed since" });
        var first = Guid.Parse((string)(await host.SendAsync(HttpMethod.Post, $"/executions/{origin}/replay", expected: HttpStatusCode.Accepted))["executionId"]!);
        await host.AppendAsync(first, Completed(job, DateTimeOffset.UtcNow, ExecutionTrigger.Manual));

        var second = await host.SendAsync(HttpMethod.Post, $"/executions/{first}/replay", expected: HttpStatusCode.Accepted);

        ((string)second["replayOf"]!).ShouldBe(first.ToString());
        ((int)second["jobVersion"]!).ShouldBe(1);
    }

    [Fact]
    public async Task Replay_is_refused_of_what_is_open_unknown_or_of_a_deleted_job()
    {
        var job = await host.CreateJobAsync();
        var origin = await EndedAsync(job);
        var open = Guid.CreateVersion7();
        await host.AppendAsync(open, new ExecutionRequested(job, DateTimeOffset.UtcNow));

        var problem = await host.SendAsync(HttpMethod.Post, $"/executions/{open}/replay", expected: HttpStatusCode.Conflict);
        ((string)problem["type"]!).ShouldBe("urn:jobscheduler:problem:execution-open");
        problem = await host.SendAsync(HttpMethod.Post, $"/executions/{job}/replay", expected: HttpStatusCode.NotFound);
        ((string)problem["type"]!).ShouldBe("urn:jobscheduler:problem:execution-not-found");
        (await host.RefusedAsync(HttpMethod.Post, "/executions/none/replay")).Single().Field.ShouldBe("id");
        await host.SendAsync(HttpMethod.Delete, $"/jobs/{job}", expected: HttpStatusCode.NoContent);
        problem = await host.SendAsync(HttpMethod.Post, $"/executions/{origin}/replay", expected: HttpStatusCode.NotFound);
        ((string)problem["type"]!).ShouldBe("urn:jobscheduler:problem:job-deleted");
    }

    private async Task<Guid> EndedAsync(Guid job)
    {
        var now = DateTimeOffset.UtcNow;
        var id = ExecutionId.Of(job, now);
        await host.AppendAsync(id, new ExecutionScheduled(job, now), Completed(job, now, ExecutionTrigger.Schedule));
        return id;
    }

    private static ExecutionCompleted Completed(Guid job, DateTimeOffset at, ExecutionTrigger trigger) => new(job, at, trigger, new(1, at, 5, 0, 200));
}
