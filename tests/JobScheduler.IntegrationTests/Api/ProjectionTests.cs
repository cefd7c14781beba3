using System.Net;
using System.Text.Json.Nodes;
using JobScheduler.EventStore;
using JobScheduler.Projections;
using Npgsql;

namespace JobScheduler.IntegrationTests.Api;

public sealed class ProjectionTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Projections_and_subscriptions_are_listed_with_how_far_they_are()
    {
        await host.CreateJobAsync();
        await using (var command = host.Store.DataSource.CreateCommand(
            "insert into jobscheduler.mt_event_progression (name, last_seq_id) values ('test', 0) on conflict do nothing")) await command.ExecuteNonQueryAsync();

        var all = await host.GetAsync("/projections");

        var mark = (long)all["highWaterMark"]!;
        mark.ShouldBePositive();
        all["projections"]!.AsArray().Select(p => ((string)p!["name"]!, (long)p["position"]!, (long)p["lag"]!))
            .ShouldBe([("jobs", mark, 0), ("executions", mark, 0), ("alerts", mark, 0)]);
        var subscription = all["subscriptions"]!.AsArray().Single(s => (string)s!["name"]! == "test")!;
        ((long)subscription["position"]!, (long)subscription["lag"]!).ShouldBe((0, mark));
        ((string)(await host.GetAsync("/projections/jobs"))["tables"]![0]!).ShouldBe("jobs");
    }

    [Fact]
    public async Task Rebuild_is_followed_to_its_end_with_the_rows_that_differed()
    {
        var job = await host.CreateJobAsync();
        await using (var command = host.Store.DataSource.CreateCommand($"delete from jobscheduler.jobs where id = '{job}'")) await command.ExecuteNonQueryAsync();

        using var answer = await host.AnswerAsync(HttpMethod.Post, "/projections/jobs/rebuild");
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        answer.Headers.Location!.ToString().ShouldBe("/projections/jobs/rebuild");

        var ended = await UntilAsync("jobs", "SWAPPED");
        ((bool)ended["equal"]!).ShouldBeFalse();
        ((double)ended["percent"]!).ShouldBe(100);
        ((int)ended["tables"]![0]!["rowsOnlyInRebuilt"]!).ShouldBe(1);
        ((string)ended["tables"]![0]!["samples"]![0]!["row"]!).ShouldContain(job.ToString());
        await host.GetAsync($"/jobs/{job}");
        ((string)(await host.GetAsync("/projections/jobs"))["rebuild"]!["state"]!).ShouldBe("SWAPPED");
    }

    [Fact]
    public async Task Rebuild_that_only_compares_is_cancelled_or_gone_on_with()
    {
        await host.CreateJobAsync();
        await host.SendAsync(HttpMethod.Post, "/projections/alerts/rebuild?swap=false", expected: HttpStatusCode.Accepted);
        await UntilAsync("alerts", "COMPARED");

        var cancelled = await host.SendAsync(HttpMethod.Post, "/projections/alerts/rebuild/cancel", expected: HttpStatusCode.Accepted);
        ((string)cancelled["state"]!).ShouldBe("CANCELLED");
        var problem = await host.SendAsync(HttpMethod.Post, "/projections/alerts/rebuild/cancel", expected: HttpStatusCode.Conflict);
        ((string)problem["type"]!).ShouldBe("urn:jobscheduler:problem:rebuild-not-running");

        await host.SendAsync(HttpMethod.Post, "/projections/alerts/rebuild?swap=false", expected: HttpStatusCode.Accepted);
        var compared = await UntilAsync("alerts", "COMPARED");
        await host.SendAsync(HttpMethod.Post, "/projections/alerts/rebuild", expected: HttpStatusCode.Accepted);
        ((long)(await UntilAsync("alerts", "SWAPPED"))["resumedFrom"]!).ShouldBe((long)compared["position"]!);
    }

    /// <summary>It was answered as accepted, and nobody looked at it any more.</summary>
    [Fact]
    public async Task Cancellation_is_not_lost_when_the_rebuild_has_recorded_its_end_and_is_about_to_leave()
    {
        await host.CreateJobAsync();
        await host.SendAsync(HttpMethod.Post, "/projections/alerts/rebuild?swap=false", expected: HttpStatusCode.Accepted);
        await UntilAsync("alerts", "COMPARED");
        var key = new RebuildRecord(host.Store, JobSchedulerLog.ReadModels.Single(m => m.Name == "alerts")).LockKey;
        await using var leaving = await host.Store.DataSource.OpenConnectionAsync();
        await using (var enter = new NpgsqlCommand($"select pg_advisory_lock({key})", leaving)) await enter.ExecuteNonQueryAsync();

        var cancelling = host.SendAsync(HttpMethod.Post, "/projections/alerts/rebuild/cancel", expected: HttpStatusCode.Accepted);
        await Task.WhenAny(cancelling, Task.Delay(TimeSpan.FromMilliseconds(200)));
        cancelling.IsCompleted.ShouldBeFalse("the rebuild has not left");
        await using (var leave = new NpgsqlCommand($"select pg_advisory_unlock({key})", leaving)) await leave.ExecuteNonQueryAsync();

        ((string)(await cancelling)["state"]!).ShouldBe("CANCELLED");
    }

    [Fact]
    public async Task Rebuild_is_refused_while_another_runs_which_can_be_cancelled()
    {
        await host.CreateJobAsync();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var goOn = new ManualResetEventSlim();
        var model = JobSchedulerLog.ReadModels.Single(m => m.Name == "executions");
        var running = Task.Run(() => new ReadModelRebuild(host.Store).RunAsync(model, new Reporting(() =>
        {
            begun.TrySetResult();
            goOn.Wait(Patience);
        })));
        await begun.Task.WaitAsync(Patience);

        var problem = await host.SendAsync(HttpMethod.Post, "/projections/executions/rebuild", expected: HttpStatusCode.Conflict);
        ((string)problem["type"]!).ShouldBe("urn:jobscheduler:problem:rebuild-running");
        ((string)(await host.GetAsync("/projections/executions/rebuild"))["state"]!).ShouldBe("RUNNING");
        await host.SendAsync(HttpMethod.Post, "/projections/executions/rebuild/cancel", expected: HttpStatusCode.Accepted);
        goOn.Set();

        await Should.ThrowAsync<RebuildCancelledException>(running);
        ((string)(await host.GetAsync("/projections/executions/rebuild"))["state"]!).ShouldBe("CANCELLED");
    }

    [Theory]
    [InlineData("GET", "/projections/nothing", "read-model-not-found", 404)]
    [InlineData("POST", "/projections/nothing/rebuild", "read-model-not-found", 404)]
    [InlineData("GET", "/projections/nothing/rebuild", "read-model-not-found", 404)]
    [InlineData("POST", "/projections/nothing/rebuild/cancel", "read-model-not-found", 404)]
    [InlineData("POST", "/projections/jobs/rebuild?swap=maybe", "validation", 400)]
    [InlineData("POST", "/projections/jobs/rebuild?swop=true", "validation", 400)]
    public async Task Wrong_requests_are_refused(string method, string path, string type, int status)
    {
        var problem = await host.SendAsync(HttpMethod.Parse(method), path, expected: (HttpStatusCode)status);

        ((string)problem["type"]!).ShouldBe($"urn:jobscheduler:problem:{type}");
    }

    private async Task<JsonNode> UntilAsync(string name, string state)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var rebuild = await host.GetAsync($"/projections/{name}/rebuild");
            if ((string)rebuild["state"]! == state) return rebuild;
            ((string)rebuild["state"]!).ShouldBe("RUNNING");
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private sealed class Reporting(Action react) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => react();
    }
}
