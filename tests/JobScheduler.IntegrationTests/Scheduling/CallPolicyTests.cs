using System.Globalization;
using System.Net;
using System.Net.Sockets;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Secrets;
using JobScheduler.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace JobScheduler.IntegrationTests.Scheduling;

public sealed class CallPolicyTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Failed_attempts_are_retried_and_each_is_an_event()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        host.Receiver.Answer("/flaky", context =>
        {
            context.Response.StatusCode = context.Request.Headers["X-Attempt"] == "3" ? 200 : 503;
            return Task.CompletedTask;
        });
        var retry = new RetryPolicy(5, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200), 2, Jitter: true);
        var job = await host.CreateAsync(Once(host, "/flaky") with { Policy = ExecutionPolicy.Default with { Retry = retry } });

        var execution = (await host.EndedAsync(job, 1)).Single();

        execution.Status.ShouldBe(ExecutionStatus.Completed);
        execution.Attempts.ShouldBe(3);
        host.Receiver.CallsOf("/flaky").Select(c => (c.Attempt, c.ExecutionId)).ShouldBe([(1, execution.Id), (2, execution.Id), (3, execution.Id)]);
        (await host.Store.FetchStreamAsync(execution.Id)).Select(e => e.Type.Name)
            .ShouldBe(["execution_scheduled", "execution_attempt_failed", "execution_attempt_failed", "execution_completed"]);
    }

    [Fact]
    public async Task Attempt_tells_how_long_it_waited_for_a_connection_and_for_the_first_byte()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        host.Receiver.Answer("/timed", context =>
        {
            context.Response.StatusCode = context.Request.Headers["X-Attempt"] == "2" ? 200 : 503;
            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync("here");
        });
        var retry = new RetryPolicy(2, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100), 2, Jitter: false);
        var job = await host.CreateAsync(host.Definition("/timed", cron: "0 0 0 1 1 *") with { Policy = ExecutionPolicy.Default with { Retry = retry } });
        await host.AppendAsync(Guid.CreateVersion7(), new ExecutionRequested(job, DateTimeOffset.UtcNow));

        var execution = (await host.EndedAsync(job, 1)).Single();

        var events = await host.Store.FetchStreamAsync(execution.Id);
        var (first, second) = (((ExecutionAttemptFailed)events[1].Data).Result, ((ExecutionCompleted)events[2].Data).Result);
        first.ConnectMs!.Value.ShouldBeInRange(0.001, first.FirstByteMs!.Value);
        first.FirstByteMs.Value.ShouldBeLessThanOrEqualTo(first.DurationMs);
        second.ConnectMs.ShouldBeNull("the first attempt's connection was free");
        second.FirstByteMs!.Value.ShouldBeInRange(0.001, second.DurationMs);
        second.ContentType.ShouldBe("text/plain; charset=utf-8");
    }

    [Fact]
    public async Task Attempt_without_an_answer_tells_nothing_of_a_first_byte()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var once = Once(host, "/");
        var job = await host.CreateAsync(once with { Target = HttpTarget.To("http://127.0.0.1:9/refused") });

        var execution = (await host.EndedAsync(job, 1)).Single();

        var result = ((ExecutionFailed)(await host.Store.FetchStreamAsync(execution.Id))[^1].Data).Result;
        (result.Failure, result.ConnectMs, result.FirstByteMs, result.ContentType).ShouldBe((FailureKind.Connection, null, null, null));
    }

    [Fact]
    public async Task Retry_after_is_honoured()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        host.Receiver.Answer("/busy", context =>
        {
            context.Response.StatusCode = context.Request.Headers["X-Attempt"] == "2" ? 200 : 429;
            context.Response.Headers.RetryAfter = "2";
            return Task.CompletedTask;
        });
        var retry = new RetryPolicy(2, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), 2, Jitter: false);
        var job = await host.CreateAsync(Once(host, "/busy") with { Policy = ExecutionPolicy.Default with { Retry = retry } });

        await host.EndedAsync(job, 1);

        var calls = host.Receiver.CallsOf("/busy");
        (calls[1].ArrivedAt - calls[0].ArrivedAt).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Call_that_takes_longer_than_its_timeout_fails_and_delays_no_other_host()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Dispatch:MaxConcurrencyPerHost", "1"));
        await using var other = await Receiver.StartAsync();
        var release = new TaskCompletionSource();
        host.Receiver.Answer("/hangs", _ => release.Task);
        var hanging = Once(host, "/hangs");
        var job = await host.CreateAsync(hanging with { Target = hanging.Target with { Timeout = TimeSpan.FromSeconds(3) } });
        await host.Receiver.WaitForAsync("/hangs", 1);

        await host.CreateAsync(host.Definition("/quick") with { Target = HttpTarget.To(other.Url + "/quick") });
        await other.WaitForAsync("/quick", 1);
        var execution = (await host.EndedAsync(job, 1)).Single();
        release.SetResult();

        execution.Status.ShouldBe(ExecutionStatus.Failed);
        execution.Failure.ShouldBe(FailureKind.Timeout);
        execution.Error.ShouldBe("No complete answer within 3 s.");
        execution.StatusCode.ShouldBeNull();
        execution.DurationMs!.Value.ShouldBeGreaterThanOrEqualTo(2900);
    }

    /// <summary>TCP connects, since the system accepts for a listener; nobody ever answers TLS' first message.</summary>
    [Fact]
    public async Task Connection_that_is_not_there_in_time_is_a_timeout_that_says_so()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var target = HttpTarget.To($"https://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/") with { ConnectTimeout = TimeSpan.FromMilliseconds(250) };
        var job = await host.CreateAsync(Once(host, "/") with { Target = target });

        var execution = (await host.EndedAsync(job, 1)).Single();

        execution.Failure.ShouldBe(FailureKind.Timeout);
        execution.Error.ShouldBe("No connection within 0.25 s.");
        execution.DurationMs!.Value.ShouldBeGreaterThanOrEqualTo(240);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    public async Task Timeout_of_connecting_does_not_bound_the_answer_on_a_new_connection_or_a_kept_one(string method)
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var release = new TaskCompletionSource();
        host.Receiver.Answer("/hangs", _ => release.Task);
        var target = HttpTarget.To(host.Receiver.Url + "/hangs") with
        {
            Method = method, Timeout = TimeSpan.FromSeconds(1), ConnectTimeout = TimeSpan.FromMilliseconds(100),
        };
        var onNew = await host.CreateAsync(Once(host, "/hangs") with { Target = target });
        var first = (await host.EndedAsync(onNew, 1)).Single();
        await host.EndedAsync(await host.CreateAsync(Once(host, "/quick")), 1);
        var onKept = await host.CreateAsync(Once(host, "/hangs") with { Target = target });
        var second = (await host.EndedAsync(onKept, 1)).Single();
        release.SetResult();

        new[] { first, second }.ShouldAllBe(e => e.Failure == FailureKind.Timeout && e.Error == "No complete answer within 1 s.");
    }

    [Fact]
    public async Task Only_failures_that_the_job_lists_are_tried_again()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        host.Receiver.Answer("/conflict", 409);
        host.Receiver.Answer("/busy", 503);
        var retry = new RetryPolicy(
            2, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100), 1, Jitter: false, [new RetryCondition(StatusCodes: new(409, 409))]);
        var policy = ExecutionPolicy.Default with { Retry = retry };
        var listed = await host.CreateAsync(Once(host, "/conflict") with { Policy = policy });
        var unlisted = await host.CreateAsync(Once(host, "/busy") with { Policy = policy });

        (await host.EndedAsync(listed, 1)).Single().Attempts.ShouldBe(2);
        (await host.EndedAsync(unlisted, 1)).Single().Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task Refused_connection_is_a_failure_that_says_so()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var gone = await Receiver.StartAsync();
        await gone.DisposeAsync();
        var definition = Once(host, "/");
        var job = await host.CreateAsync(definition with { Target = HttpTarget.To(gone.Url) });

        var execution = (await host.EndedAsync(job, 1)).Single();

        execution.Failure.ShouldBe(FailureKind.Connection);
        execution.Error.ShouldNotBeNullOrWhiteSpace();
        execution.StatusCode.ShouldBeNull();
    }

    [Fact]
    public async Task Receiver_that_closes_the_connection_is_called_once_an_attempt()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        await using var closing = new RawReceiver("");
        var definition = Once(host, "/");
        var job = await host.CreateAsync(definition with { Target = definition.Target with { Api = closing.Url } });

        var execution = (await host.EndedAsync(job, 1)).Single();

        execution.Failure.ShouldBe(FailureKind.Connection);
        execution.Attempts.ShouldBe(1);
        closing.Requests.ShouldBe(1);
    }

    [Theory]
    [InlineData("HTTP/1.1 500 a\0b\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTX a\0b zzzzzzzzzzzzzz\r\n\r\n")]
    [InlineData("HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\n\0\u00FF\u0001")]
    public async Task Answer_that_is_no_text_is_recorded_as_a_failure_all_the_same(string answer)
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        await using var garbling = new RawReceiver(answer);
        var definition = Once(host, "/");
        var job = await host.CreateAsync(definition with { Target = definition.Target with { Api = garbling.Url } });

        var execution = (await host.EndedAsync(job, 1)).Single();

        execution.Status.ShouldBe(ExecutionStatus.Failed);
        execution.Error.ShouldNotBeNull();
        execution.Response.ShouldBeNull();
    }

    [Fact]
    public async Task Secret_that_the_receiver_repeats_is_not_recorded()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        host.Receiver.Answer("/echoes", context =>
        {
            context.Response.StatusCode = 401;
            return context.Response.WriteAsync($"bad key {context.Request.Headers.Authorization.ToString()["Bearer ".Length..]}, {context.Request.Headers["X-Key"]}");
        });
        var secrets = host.Services.GetRequiredService<SecretStore>();
        var definition = Once(host, "/echoes");
        var job = await host.CreateAsync(definition with
        {
            Target = definition.Target with
            {
                Headers =
                [
                    new("Authorization", await secrets.KeepAsync("Bearer tok-123456", default)), new("X-Key", await secrets.KeepAsync("key-654321", default)),
                ],
            },
        });

        var execution = (await host.EndedAsync(job, 1)).Single();

        host.Receiver.CallsOf("/echoes").Single().Headers["X-Key"].ShouldBe("key-654321");
        execution.Response.ShouldBe("bad key ***, ***");
    }

    [Fact]
    public async Task Own_success_codes_decide_and_redirects_are_followed_only_when_asked()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        host.Receiver.Answer("/moved", context =>
        {
            context.Response.Redirect("/here");
            return Task.CompletedTask;
        });
        host.Receiver.Answer("/teapot", 418);
        var plain = await host.CreateAsync(Once(host, "/moved"));
        var following = Once(host, "/moved");
        following = following with { Target = following.Target with { Method = "GET", FollowRedirects = true } };
        var followed = await host.CreateAsync(following);
        var teapot = Once(host, "/teapot");
        var pleased = await host.CreateAsync(teapot with { Target = teapot.Target with { SuccessCodes = [new(418, 418)] } });

        (await host.EndedAsync(plain, 1)).Single().ShouldSatisfyAllConditions(
            e => e.Status.ShouldBe(ExecutionStatus.Failed), e => e.StatusCode.ShouldBe(302));
        (await host.EndedAsync(followed, 1)).Single().StatusCode.ShouldBe(200);
        (await host.EndedAsync(pleased, 1)).Single().Status.ShouldBe(ExecutionStatus.Completed);
    }

    [Fact]
    public async Task Body_and_content_type_are_sent_and_the_answers_beginning_is_kept()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        host.Receiver.Answer("/echo", context => context.Response.WriteAsync(new string('ä', 5000)));
        var definition = Once(host, "/echo");
        var job = await host.CreateAsync(definition with
        {
            Target = definition.Target with { Body = """{"naïve":true}""", ContentType = "application/json" },
        });

        var execution = (await host.EndedAsync(job, 1)).Single();

        var call = host.Receiver.CallsOf("/echo").Single();
        call.Body.ShouldBe("""{"naïve":true}""");
        call.Headers["Content-Type"].ShouldBe("application/json");
        execution.Response.ShouldBe(new string('ä', 128));
    }

    private static JobDefinition Once(SchedulingHost host, string path) =>
        host.Definition(path, runAt: DateTimeOffset.Parse(
            DateTimeOffset.UtcNow.AddMilliseconds(300).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
}
