using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Testing;

namespace JobScheduler.IntegrationTests.Scheduling;

public sealed class OverlapTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Overlapping_occurrences_are_skipped_when_the_policy_says_so()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var release = new TaskCompletionSource();
        host.Receiver.Answer("/slow", _ => release.Task);
        var job = await host.CreateAsync(host.Definition("/slow") with { Policy = ExecutionPolicy.Default with { Overlap = OverlapPolicy.Skip } });

        var skipped = (await host.EndedAsync(job, 2)).ToList();
        release.SetResult();
        var completed = await host.UntilAsync(
            () => host.ExecutionsOfAsync(job), rows => rows.Any(r => r.Status == ExecutionStatus.Completed));

        skipped.ShouldAllBe(e => e.SkipReason == SkipReason.PreviousRunOpen && e.StartedAt == null);
        completed[0].Status.ShouldBe(ExecutionStatus.Completed);
    }

    [Fact]
    public async Task Overlapping_occurrence_waits_for_the_one_before_it_when_the_policy_says_so()
    {
        await using var host = await SchedulingHost.StartAsync(postgres);
        var release = new TaskCompletionSource();
        host.Receiver.Answer("/queued", _ => release.Task);
        var job = await host.CreateAsync(host.Definition("/queued") with { Policy = ExecutionPolicy.Default with { Overlap = OverlapPolicy.Queue } });

        var skipped = (await host.EndedAsync(job, 1))[0];
        var callsWhileOpen = host.Receiver.CallsOf("/queued").Count;
        release.SetResult();
        var calls = await host.Receiver.WaitForAsync("/queued", 2);

        callsWhileOpen.ShouldBe(1);
        calls[1].ScheduledFor.ShouldBe(calls[0].ScheduledFor.AddSeconds(1));
        skipped.ScheduledFor.ShouldBe(calls[0].ScheduledFor.AddSeconds(2));
    }
}
