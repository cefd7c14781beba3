using JobScheduler.Domain.Executions;
using JobScheduler.Testing;

namespace JobScheduler.IntegrationTests.Scheduling;

public sealed class FiringTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Job_is_called_at_each_of_its_instants_never_early_and_everything_is_recorded()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var job = await host.CreateAsync(host.Definition("/every-second"));

        var calls = await host.Receiver.WaitForAsync("/every-second", 4);
        var executions = await host.EndedAsync(job, 4);

        calls.ShouldAllBe(c => c.ArrivedAt >= c.ScheduledFor && c.Method == "POST" && c.JobId == job && c.Attempt == 1);
        calls.Take(4).Select(c => c.ScheduledFor).ShouldBe(Enumerable.Range(0, 4).Select(i => calls[0].ScheduledFor.AddSeconds(i)));
        calls.ShouldAllBe(c => c.Headers["Idempotency-Key"] == c.ExecutionId.ToString() && c.ExecutionId == ExecutionId.Of(job, c.ScheduledFor));
        executions.Take(4).Select(e => e.Id).ShouldBe(calls.Take(4).Select(c => c.ExecutionId));
        executions.ShouldAllBe(e => e.Status == ExecutionStatus.Completed && e.StatusCode == 200 && e.Attempts == 1 && e.LatenessMs >= 0);
    }

    [Fact]
    public async Task One_off_is_called_once_at_its_instant()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var runAt = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddMilliseconds(1300).ToUnixTimeMilliseconds());
        var job = await host.CreateAsync(host.Definition("/once", runAt: runAt));

        var execution = (await host.EndedAsync(job, 1)).Single();

        execution.ScheduledFor.ShouldBe(runAt);
        host.Receiver.CallsOf("/once").Single().ArrivedAt.ShouldBeGreaterThanOrEqualTo(runAt);
        (await host.Jobs.FindAsync(job, default))!.Progress!.SettledThrough.ShouldBe(runAt);
    }

    [Fact]
    public async Task Requested_run_is_called_at_once_also_of_a_paused_job()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var job = await host.CreateAsync(host.Definition("/manual", cron: "0 0 0 1 1 *"));
        await host.AppendAsync(job, new Domain.Jobs.JobPaused());
        var executionId = Guid.CreateVersion7();

        await host.AppendAsync(executionId, new ExecutionRequested(job, DateTimeOffset.UtcNow));
        var execution = (await host.EndedAsync(job, 1)).Single();

        execution.Id.ShouldBe(executionId);
        execution.Trigger.ShouldBe(ExecutionTrigger.Manual);
        execution.Status.ShouldBe(ExecutionStatus.Completed);
    }
}
