using System.Net;
using System.Text.Json.Nodes;
using JobScheduler.Testing;
using Microsoft.AspNetCore.Http;

namespace JobScheduler.IntegrationTests.Api;

public sealed class TestCallTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private const string Secret = "Bearer s3cr3t-0f-th3-t3st";

    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task Test_call_is_made_as_a_run_would_be_and_recorded_nowhere()
    {
        _receiver.Answer("/try", context =>
        {
            context.Response.Headers["X-Receiver"] = "r1";
            return context.Response.WriteAsync($"got {context.Request.Headers.Authorization}");
        });
        var before = await EventsAsync();

        var answer = await host.SendAsync(HttpMethod.Post, "/jobs/test-call", new
        {
            api = _receiver.Url + "/try", method = "PUT", headers = new { Authorization = Secret }, body = new { a = 1 },
        });

        ((bool)answer["success"]!).ShouldBeTrue();
        ((int)answer["statusCode"]!).ShouldBe(200);
        ((double)answer["durationMs"]!).ShouldBeGreaterThan(0);
        ((string)answer["response"]!).ShouldBe("got ***");
        answer["responseHeaders"]!.AsArray().Select(name => (string)name!).ShouldContain("X-Receiver");
        var call = _receiver.CallsOf("/try").Single();
        call.Method.ShouldBe("PUT");
        call.Body.ShouldBe("""{"a":1}""");
        call.Headers["Authorization"].ShouldBe(Secret);
        call.Headers["Content-Type"].ShouldBe("application/json");
        call.JobId.ShouldBe(Guid.Empty);
        call.Attempt.ShouldBe(1);
        (await EventsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Stars_stand_for_the_header_values_of_the_job_that_is_named()
    {
        var job = await host.CreateJobAsync(new { api = _receiver.Url, headers = new { Authorization = Secret, Other = "not-asked-for" } });

        await host.SendAsync(HttpMethod.Post, $"/jobs/test-call?jobId={job}", new { api = _receiver.Url + "/kept", headers = new { authorization = "***" } });

        var call = _receiver.CallsOf("/kept").Single();
        call.Headers["Authorization"].ShouldBe(Secret);
        call.Headers.Keys.ShouldNotContain("Other");
        call.JobId.ShouldBe(job);
    }

    [Fact]
    public async Task Kept_header_values_are_not_sent_to_another_host()
    {
        var job = await host.CreateJobAsync(new { api = "https://example.com/hook", headers = new { Authorization = Secret } });

        var error = (await host.RefusedAsync(
            HttpMethod.Post, $"/jobs/test-call?jobId={job}", new { api = _receiver.Url + "/mine", headers = new { Authorization = "***" } })).Single();

        (error.Field, error.Message).ShouldBe(("headers", "Values that are kept are sent to https://example.com only, as nothing is recorded of this call; give them again for another host."));
        _receiver.Calls.ShouldBeEmpty();
        (await host.SendAsync(HttpMethod.Post, $"/jobs/test-call?jobId={job}", new { api = _receiver.Url + "/mine", headers = new { Authorization = "new" } }))["statusCode"]!
            .GetValue<int>().ShouldBe(200);
    }

    [Fact]
    public async Task Failure_is_told_with_its_status_or_its_kind()
    {
        _receiver.Answer("/teapot", 418);
        var refused = await host.SendAsync(HttpMethod.Post, "/jobs/test-call", new { api = _receiver.Url + "/teapot" });
        ((bool)refused["success"]!).ShouldBeFalse();
        ((int)refused["statusCode"]!).ShouldBe(418);
        ((string)refused["failure"]!).ShouldBe("STATUS_CODE");
        ((bool)(await host.SendAsync(HttpMethod.Post, "/jobs/test-call", new { api = _receiver.Url + "/teapot", successCodes = new[] { "4xx" } }))["success"]!)
            .ShouldBeTrue();

        // Nobody listens at a port that was just given back.
        await using (var gone = await Receiver.StartAsync())
        {
            var url = gone.Url;
            await gone.DisposeAsync();
            var unreachable = await host.SendAsync(HttpMethod.Post, "/jobs/test-call", new { api = url });
            ((string)unreachable["failure"]!).ShouldBe("CONNECTION");
            unreachable["statusCode"].ShouldBeNull();
            ((string)unreachable["error"]!).ShouldStartWith("No connection");
        }
    }

    [Fact]
    public async Task Test_call_ends_with_its_timeout()
    {
        _receiver.Answer("/hang", context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));

        var answer = await host.SendAsync(HttpMethod.Post, "/jobs/test-call", new { api = _receiver.Url + "/hang", timeout = "200ms" });

        ((string)answer["failure"]!).ShouldBe("TIMEOUT");
        ((string)answer["error"]!).ShouldContain("0.2 s");
    }

    [Fact]
    public async Task Test_call_is_refused_with_the_fields_that_are_wrong()
    {
        (await host.RefusedAsync(HttpMethod.Post, "/jobs/test-call", new { })).Single().Field.ShouldBe("api");
        (await host.RefusedAsync(HttpMethod.Post, "/jobs/test-call", new { api = "nowhere", timeout = "2h", headers = new { A = "***" } }))
            .Select(e => e.Field).ShouldBe(["headers.A", "api", "timeout"]);
        (await host.RefusedAsync(HttpMethod.Post, "/jobs/test-call", new { api = _receiver.Url, schedule = "nonsense" })).Single().Field.ShouldBe("schedule");
        (await host.RefusedAsync(HttpMethod.Post, "/jobs/test-call?jobId=none", new { api = _receiver.Url })).Single().Field.ShouldBe("jobId");
        await host.SendAsync(HttpMethod.Post, $"/jobs/test-call?jobId={Guid.NewGuid()}", new { api = _receiver.Url }, HttpStatusCode.NotFound);
        _receiver.Calls.ShouldBeEmpty();
    }

    private async Task<string> EventsAsync() => ((JsonArray)(await host.GetAsync("/events?limit=1000"))["events"]!).Count.ToString();
}
