using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Projections.Executions;
using JobScheduler.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace JobScheduler.IntegrationTests.Scheduling;

public sealed class RecoveryTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Claim_without_an_outcome_is_sent_again_under_its_execution_id()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        var job = await host.CreateAsync(host.Definition("/again", cron: "0 0 0 1 1 *"));
        var (claim, instant) = await ClaimAsync(host, job);

        await host.RestartSchedulingAsync();
        var execution = (await host.EndedAsync(job, 1)).Single();

        execution.Id.ShouldBe(claim);
        execution.Status.ShouldBe(ExecutionStatus.Completed);
        var call = host.Receiver.Calls.Single();
        call.ExecutionId.ShouldBe(claim);
        call.ScheduledFor.ShouldBe(instant);
    }

    [Fact]
    public async Task Lost_outcome_of_an_at_most_once_job_is_recorded_as_unknown_and_not_sent_again()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        var policy = ExecutionPolicy.Default with { Type = DeliveryType.AtMostOnce };
        var job = await host.CreateAsync(host.Definition("/at-most-once", cron: "0 0 0 1 1 *") with { Policy = policy });
        var (claim, instant) = await ClaimAsync(host, job);
        await host.AppendAsync(claim, new ExecutionStarted(job, instant));

        await host.RestartSchedulingAsync();
        var execution = (await host.EndedAsync(job, 1)).Single();

        execution.Status.ShouldBe(ExecutionStatus.Failed);
        execution.Failure.ShouldBe(FailureKind.OutcomeUnknown);
        host.Receiver.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Claim_of_an_at_most_once_job_that_was_not_started_is_sent()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        var policy = ExecutionPolicy.Default with { Type = DeliveryType.AtMostOnce };
        var job = await host.CreateAsync(host.Definition("/not-started", cron: "0 0 0 1 1 *") with { Policy = policy });
        await ClaimAsync(host, job);

        await host.RestartSchedulingAsync();
        var execution = (await host.EndedAsync(job, 1)).Single();

        execution.Status.ShouldBe(ExecutionStatus.Completed);
        host.Receiver.Calls.Count.ShouldBe(1);
        (await host.Store.FetchStreamAsync(execution.Id)).Select(e => e.Type.Name)
            .ShouldBe(["execution_scheduled", "execution_started", "execution_completed"]);
    }

    [Fact]
    public async Task Calls_under_way_when_a_node_stops_are_not_sent_again_by_the_next()
    {
        await using var first = await SchedulingHost.StartAsync(postgres, ("Scheduler:ShutdownGrace", "1m"));
        var release = new TaskCompletionSource();
        first.Receiver.Answer("/slow", _ => release.Task);
        var atMostOnce = ExecutionPolicy.Default with { Type = DeliveryType.AtMostOnce };
        Guid[] jobs =
        [
            await first.CreateAsync(first.Definition("/slow", "0 0 0 1 1 *")),
            await first.CreateAsync(first.Definition("/slow", "0 0 0 1 1 *") with { Policy = atMostOnce }),
        ];
        foreach (var job in jobs) await first.AppendAsync(Guid.CreateVersion7(), new ExecutionRequested(job, DateTimeOffset.UtcNow));
        await first.Receiver.WaitForAsync("/slow", 2);
        await using var second = first.StartSecondNode();
        var running = first.Definition("/afterwards");
        await first.CreateAsync(running);

        var stopping = first.StopAsync();
        // Without the lease kept, the second node would take over within half a second.
        await Task.Delay(TimeSpan.FromSeconds(2));
        release.SetResult();
        await stopping;
        await first.Receiver.WaitForAsync("/afterwards", first.Receiver.CallsOf("/afterwards").Count + 2);

        first.Receiver.CallsOf("/slow").Count.ShouldBe(2);
        var executions = second.Services.GetRequiredService<ExecutionQueries>();
        foreach (var job in jobs)
        {
            (await executions.ListAsync(job, null, null, 10, DateTimeOffset.MaxValue, default)).Single().Status.ShouldBe(ExecutionStatus.Completed);
        }
    }

    [Fact]
    public async Task Job_that_cannot_be_scheduled_on_this_machine_disturbs_no_other()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        var unknownZone = host.Definition("/bad");
        await host.CreateAsync(unknownZone with { Schedule = unknownZone.Schedule with { TimeZone = "Gone/Zone" } });
        await host.CreateAsync(host.Definition("/good"));

        await host.RestartSchedulingAsync();
        await host.Receiver.WaitForAsync("/good", 2);
        await host.CreateAsync(unknownZone with { Schedule = unknownZone.Schedule with { TimeZone = "Gone/Too" } });
        await host.Receiver.WaitForAsync("/good", host.Receiver.CallsOf("/good").Count + 2);

        host.Receiver.CallsOf("/bad").ShouldBeEmpty();
    }

    [Fact]
    public async Task Overlap_policy_holds_across_a_loss_of_the_lease()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var release = new TaskCompletionSource();
        host.Receiver.Answer("/held", _ => release.Task);
        var job = await host.CreateAsync(host.Definition("/held") with { Policy = ExecutionPolicy.Default with { Overlap = OverlapPolicy.Skip } });
        await host.CreateAsync(host.Definition("/beat"));
        await host.Receiver.WaitForAsync("/held", 1);

        await host.CutConnectionsAsync();
        await host.Receiver.WaitForAsync("/beat", host.Receiver.CallsOf("/beat").Count + 4);
        var callsWhileOpen = host.Receiver.CallsOf("/held").Count;
        release.SetResult();
        var completed = await host.UntilAsync(() => host.ExecutionsOfAsync(job), rows => rows.Any(r => r.Status == ExecutionStatus.Completed));

        callsWhileOpen.ShouldBe(1);
        completed.Count(r => r.SkipReason == SkipReason.PreviousRunOpen).ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task Retry_that_waited_is_made_after_a_restart_with_its_attempt_number()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        var policy = ExecutionPolicy.Default with { Retry = RetryPolicy.None with { MaxAttempts = 3 } };
        var job = await host.CreateAsync(host.Definition("/retry", cron: "0 0 0 1 1 *") with { Policy = policy });
        var (claim, instant) = await ClaimAsync(host, job);
        var failed = new AttemptResult(1, instant, 5, 0, 500, FailureKind.StatusCode, "The answer was 500.");
        await host.AppendAsync(claim, new ExecutionAttemptFailed(job, instant, failed, DateTimeOffset.UtcNow.AddSeconds(1)));

        await host.RestartSchedulingAsync();
        var execution = (await host.EndedAsync(job, 1)).Single();

        execution.Attempts.ShouldBe(2);
        host.Receiver.Calls.Single().Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task Node_that_is_stopped_while_it_starts_leaves_scheduling_to_the_next()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        for (var again = 0; again < 20; again++)
        {
            await host.StopAsync();
            host.Start();
        }

        await host.CreateAsync(host.Definition("/next"));

        await host.Receiver.WaitForAsync("/next", 1);
    }

    /// <summary>Also for a job that may be sent once only: a run that waits for another was not sent.</summary>
    [Theory]
    [InlineData(DeliveryType.AtLeastOnce)]
    [InlineData(DeliveryType.AtMostOnce)]
    public async Task Run_that_waited_for_another_waits_for_it_again_after_a_restart(DeliveryType type)
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        var release = new TaskCompletionSource();
        host.Receiver.Answer("/first", _ => release.Task);
        var policy = ExecutionPolicy.Default with { Type = type, Overlap = OverlapPolicy.Queue };
        var job = await host.CreateAsync(host.Definition("/first", cron: "0 0 0 1 1 *") with { Policy = policy });
        var instant = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        Guid[] claims = [ExecutionId.Of(job, instant.AddSeconds(-2)), ExecutionId.Of(job, instant.AddSeconds(-1)), ExecutionId.Of(job, instant)];
        for (var i = 0; i < 3; i++) await host.AppendAsync(claims[i], new ExecutionScheduled(job, instant.AddSeconds(i - 2)));

        await host.RestartSchedulingAsync();
        var third = await host.UntilAsync(() => host.Executions.FindAsync(claims[2], default), row => row?.Status == ExecutionStatus.Skipped);
        var callsWhileOpen = (await host.Receiver.WaitForAsync("/first", 1)).Select(c => c.ExecutionId).ToList();
        release.SetResult();
        var ended = await host.EndedAsync(job, 3);

        callsWhileOpen.ShouldBe([claims[0]]);
        third!.SkipReason.ShouldBe(SkipReason.PreviousRunOpen);
        ended.Take(2).ShouldAllBe(e => e.Status == ExecutionStatus.Completed);
        host.Receiver.Calls.Select(c => c.ExecutionId).ShouldBe([claims[0], claims[1]]);
    }

    [Fact]
    public async Task Run_that_waits_starts_only_when_the_retries_of_the_one_before_are_over()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        host.Receiver.Answer("/retried", 503);
        var retry = RetryPolicy.None with { MaxAttempts = 3, InitialDelay = TimeSpan.FromMilliseconds(300), Jitter = false };
        var policy = ExecutionPolicy.Default with { Overlap = OverlapPolicy.Queue, Retry = retry };
        var job = await host.CreateAsync(host.Definition("/retried", cron: "0 0 0 1 1 *") with { Policy = policy });
        var (second, instant) = await ClaimAsync(host, job);
        var first = ExecutionId.Of(job, instant.AddSeconds(-1));
        await host.AppendAsync(first, new ExecutionScheduled(job, instant.AddSeconds(-1)));
        var failed = new AttemptResult(1, instant, 5, 0, 503, FailureKind.StatusCode, "The answer was 503.");
        await host.AppendAsync(first, new ExecutionAttemptFailed(job, instant.AddSeconds(-1), failed, DateTimeOffset.UtcNow.AddSeconds(3)));

        await host.RestartSchedulingAsync();
        await host.EndedAsync(job, 2);

        host.Receiver.Calls.Select(c => (c.ExecutionId, c.Attempt)).ShouldBe([(first, 2), (first, 3), (second, 1), (second, 2), (second, 3)]);
    }

    [Fact]
    public async Task Scheduling_goes_on_and_nothing_is_doubled_when_every_connection_is_cut()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var job = await host.CreateAsync(host.Definition("/cut"));
        await host.Receiver.WaitForAsync("/cut", 2);

        for (var cut = 1; cut <= 3; cut++)
        {
            await host.CutConnectionsAsync();
            await host.Receiver.WaitForAsync("/cut", host.Receiver.CallsOf("/cut").Count + 2);
        }

        var calls = host.Receiver.CallsOf("/cut");
        var executions = await host.EndedAsync(job, calls.DistinctBy(c => c.ExecutionId).Count() - 1);
        var instants = executions.Select(e => e.ScheduledFor).ToList();
        instants.ShouldBe(Enumerable.Range(0, instants.Count).Select(i => instants[0].AddSeconds(i)));
        executions.ShouldAllBe(e => e.Status == ExecutionStatus.Completed);
    }

    [Fact]
    public async Task Second_node_stands_by_and_takes_over_when_the_first_ends()
    {
        await using var first = await SchedulingHost.StartAsync(postgres);
        var job = await first.CreateAsync(first.Definition("/failover"));
        await first.Receiver.WaitForAsync("/failover", 1);
        await using var second = first.StartSecondNode();
        await first.Receiver.WaitForAsync("/failover", 3);
        await first.StopAsync();
        var before = first.Receiver.Calls.Count;

        var calls = await first.Receiver.WaitForAsync("/failover", before + 3);

        calls.Select(c => c.ExecutionId).ShouldBeUnique();
        var instants = calls.Select(c => c.ScheduledFor).Order().ToList();
        instants.ShouldBe(Enumerable.Range(0, instants.Count).Select(i => instants[0].AddSeconds(i)));
        calls.ShouldAllBe(c => c.JobId == job);
    }

    private static async Task<(Guid Id, DateTimeOffset Instant)> ClaimAsync(SchedulingHost host, Guid job)
    {
        var instant = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        var id = ExecutionId.Of(job, instant);
        await host.AppendAsync(id, new ExecutionScheduled(job, instant));
        return (id, instant);
    }
}
