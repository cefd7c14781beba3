using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Dispatching;
using JobScheduler.Projections.Executions;
using JobScheduler.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace JobScheduler.IntegrationTests.Scheduling;

/// <summary>Jobs whose calls hang, with few of them allowed to be open at once.</summary>
public sealed class BackPressureTests(PostgresFixture postgres)
{
    private const int MostPerHost = 4;

    private static readonly (string, string)[] Tight =
    [
        ("Scheduler:MaxOpenPerHost", $"{MostPerHost}"), ("Dispatch:MaxConcurrencyPerHost", "2"), ("Scheduler:MisfireGrace", "00:00:02"),
    ];

    [Fact]
    public async Task Hanging_host_holds_its_jobs_back_and_every_instant_is_recorded_when_it_answers_again()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, Tight);
        await using var other = await Receiver.StartAsync();
        var answers = new TaskCompletionSource();
        host.Receiver.Answer("/hangs", _ => answers.Task);
        var hanging = await host.CreateAsync(host.Definition("/hangs") with { Policy = ExecutionPolicy.Default with { Misfire = MisfirePolicy.Skip } });
        var quick = await host.CreateAsync(host.Definition("/quick") with { Target = HttpTarget.To(other.Url + "/quick") });

        await host.Receiver.WaitForAsync("/hangs", 2);
        var before = other.CallsOf("/quick").Count;
        // Far more instants than may be open, and than the grace covers.
        await other.WaitForAsync("/quick", before + 12);
        var openWhileHanging = (await host.Executions.OpenAsync(null, null, default)).Count(e => e.JobId == hanging);
        answers.SetResult();
        var missed = await host.UntilAsync(() => MissedAsync(host, hanging), m => m.Count > 0);
        await host.EndedAsync(hanging, (await host.ExecutionsOfAsync(hanging)).Count + 2);

        openWhileHanging.ShouldBeLessThanOrEqualTo(MostPerHost);
        missed[0].Reason.ShouldBe(MissedReason.Backlog);
        await NothingIsSilentAsync(host, hanging);
        await NothingIsSilentAsync(host, quick);
        (await MissedAsync(host, quick)).ShouldBeEmpty();
        host.Services.GetRequiredService<SchedulerMetrics>().Backlog().HeldBack.ShouldBe(0);
    }

    /// <summary>Each second from the job's first record to its last ended run is in one record, and in one only.</summary>
    private static async Task NothingIsSilentAsync(SchedulingHost host, Guid job)
    {
        var ended = (await host.ExecutionsOfAsync(job)).Where(e => e.Status != ExecutionStatus.Open).Select(e => e.ScheduledFor).ToList();
        var missed = (await MissedAsync(host, job)).SelectMany(m => Enumerable.Range(0, (int)m.Count).Select(n => m.FirstAt.AddSeconds(n)));
        var open = (await host.Executions.OpenAsync(null, null, default)).Where(e => e.JobId == job).Select(e => e.ScheduledFor);
        var recorded = ended.Concat(missed).Where(at => at <= ended[^1]).Concat(open.Where(at => at <= ended[^1])).Order().ToList();

        recorded.ShouldBe(Enumerable.Range(0, recorded.Count).Select(n => recorded[0].AddSeconds(n)));
        recorded[^1].ShouldBe(ended.Max());
    }

    private static Task<IReadOnlyList<MissedRow>> MissedAsync(SchedulingHost host, Guid job) =>
        host.Executions.MissedBetweenAsync(job, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, default);
}
