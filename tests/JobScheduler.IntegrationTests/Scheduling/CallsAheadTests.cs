using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Dispatching;
using JobScheduler.Host.Scheduling;
using JobScheduler.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace JobScheduler.IntegrationTests.Scheduling;

/// <summary>Calls whose connections are made before their instants.</summary>
public sealed class CallsAheadTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(DeliveryType.AtLeastOnce)]
    [InlineData(DeliveryType.AtMostOnce)]
    public async Task Nothing_is_sent_on_any_connection_before_the_instant(DeliveryType type)
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        await using var receiver = new ConnectionLog();
        await host.CreateAsync(EverySecond(host, receiver) with { Policy = ExecutionPolicy.Default with { Type = type } });

        var calls = await receiver.UntilAsync(c => c.Count >= 3);

        calls.ShouldAllBe(c => c.FirstByteAt >= c.ScheduledFor);
    }

    [Fact]
    public async Task Connection_is_there_before_the_instant()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        await using var receiver = new ConnectionLog();
        await host.CreateAsync(EverySecond(host, receiver));

        // Of a machine that is busy elsewhere some may be late.
        await receiver.UntilAsync(calls => calls.Any(c => c.ConnectedAt < c.ScheduledFor));
    }

    [Fact]
    public async Task Call_is_made_once_on_another_connection_when_its_own_is_closed_before_the_instant()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        await using var receiver = new ConnectionLog { ClosesBeforeInstants = true };
        var job = await host.CreateAsync(EverySecond(host, receiver));

        var executions = await host.EndedAsync(job, 3);

        receiver.Closed.ShouldBePositive();
        executions.ShouldAllBe(e => e.Status == ExecutionStatus.Completed && e.Attempts == 1);
        receiver.Calls.Select(c => c.ScheduledFor).Distinct().Count().ShouldBe(receiver.Calls.Count);
    }

    /// <summary>On a busy machine the pause may come after the instant; then the run is rightly called, and it is tried again.</summary>
    [Fact]
    public async Task Nothing_is_called_and_the_place_is_given_back_when_the_job_is_paused_while_its_call_is_held()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, ("Dispatch:MaxConcurrencyPerHost", "2"));
        await using var receiver = new ConnectionLog();
        Guid job;
        ExecutionStatus ended;
        do
        {
            var before = receiver.Connections;
            job = await host.CreateAsync(EverySecond(host, receiver));
            await receiver.UntilConnectedAsync(before + 1);
            await host.AppendAsync(job, new JobPaused());
            ended = (await host.EndedAsync(job, 1))[^1].Status;
        }
        while (ended != ExecutionStatus.Skipped);

        var last = (await host.ExecutionsOfAsync(job))[^1];
        receiver.Calls.ShouldNotContain(c => c.JobId == job && c.ScheduledFor == last.ScheduledFor);
        var admission = host.Services.GetRequiredService<Admission<Run>>();
        SpinWait.SpinUntil(() => admission.Taken == 0, TimeSpan.FromSeconds(60)).ShouldBeTrue("the place of the call that was not made is still taken");
    }

    private static JobDefinition EverySecond(SchedulingHost host, ConnectionLog receiver) => host.Definition("/") with { Target = HttpTarget.To(receiver.Url) };
}
