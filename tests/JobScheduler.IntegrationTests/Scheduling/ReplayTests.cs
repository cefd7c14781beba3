using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Testing;

namespace JobScheduler.IntegrationTests.Scheduling;

/// <summary>Runs that repeat an earlier one are made as the job was then.</summary>
public sealed class ReplayTests(PostgresFixture postgres)
{
    private const string NeverNow = "0 0 0 1 1 *";

    [Fact]
    public async Task Replay_calls_what_the_job_called_then()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var job = await host.CreateAsync(host.Definition("/then", NeverNow));
        await host.AppendAsync(job, new JobRetargeted(HttpTarget.To(host.Receiver.Url + "/now")));

        await host.AppendAsync(Guid.CreateVersion7(), new ExecutionRequested(job, DateTimeOffset.UtcNow, Guid.CreateVersion7(), JobVersion: 1));
        await host.AppendAsync(Guid.CreateVersion7(), new ExecutionRequested(job, DateTimeOffset.UtcNow));

        (await host.EndedAsync(job, 2)).ShouldAllBe(e => e.Status == ExecutionStatus.Completed);
        host.Receiver.CallsOf("/then").Count.ShouldBe(1);
        host.Receiver.CallsOf("/now").Count.ShouldBe(1);
    }

    [Fact]
    public async Task Replay_is_still_made_as_the_job_was_then_after_a_restart_between_its_attempts()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        var retrying = ExecutionPolicy.Default with { Retry = new(2, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), 2, Jitter: false) };
        var job = await host.CreateAsync(host.Definition("/then", NeverNow) with { Policy = retrying });
        await host.AppendAsync(job, new JobRetargeted(HttpTarget.To(host.Receiver.Url + "/now")));
        await host.AppendAsync(job, new JobPolicyChanged(ExecutionPolicy.Default));
        var (replay, now) = (Guid.CreateVersion7(), DateTimeOffset.UtcNow);
        await host.AppendAsync(replay, new ExecutionRequested(job, now, Guid.CreateVersion7(), JobVersion: 1));
        host.Receiver.Answer("/then", context =>
        {
            context.Response.StatusCode = context.Request.Headers["X-Attempt"] == "1" ? 503 : 200;
            return Task.CompletedTask;
        });
        await host.AppendAsync(replay, new ExecutionAttemptFailed(job, now, new(1, now, 5, 0, 503, FailureKind.StatusCode, "503."), now));

        await host.RestartSchedulingAsync();
        var execution = (await host.EndedAsync(job, 1)).Single();

        (execution.Id, execution.Status, execution.Attempts).ShouldBe((replay, ExecutionStatus.Completed, 2));
        host.Receiver.CallsOf("/now").ShouldBeEmpty();
    }
}
