using JobScheduler.Domain.Executions;
using JobScheduler.Host.Dashboard.Activity;
using JobScheduler.IntegrationTests.Api;
using JobScheduler.Projections.Executions;
using JobScheduler.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace JobScheduler.IntegrationTests.Dashboard;

public sealed class RecentActivityTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Hour_counts_outcomes_lateness_and_the_slowest_calls()
    {
        var (quick, slow) = (await host.CreateJobAsync(new { name = "quick" }), await host.CreateJobAsync(new { name = "slow" }));
        var now = DateTimeOffset.UtcNow;
        var start = ActivityHour.StartOf(now.AddMinutes(-20));
        await EndAsync(quick, start, lateness: 1, duration: 5);
        await EndAsync(quick, start.AddSeconds(9), lateness: 100, duration: 6);
        await EndAsync(quick, start.AddSeconds(10), lateness: 1, duration: 7, FailureKind.Timeout);
        await EndAsync(slow, start, lateness: 1, duration: 70);
        await host.AppendAsync(
            ExecutionId.Of(slow, start.AddSeconds(1)),
            new ExecutionScheduled(slow, start.AddSeconds(1)),
            new ExecutionSkipped(slow, start.AddSeconds(1), ExecutionTrigger.Schedule, SkipReason.PreviousRunOpen));
        await EndAsync(quick, now.AddHours(-2), lateness: 1, duration: 1_000);

        var activity = host.Factory.Services.GetRequiredService<RecentActivity>();
        var hour = await UntilAsync(hour => hour.Known == TimeSpan.FromHours(1));

        var at = (int)((start - hour.Start) / ActivityHour.Stretch);
        Counts(hour.Stretches[at]).ShouldBe((3, 0, 1));
        Counts(hour.Stretches[at + 1]).ShouldBe((0, 1, 0));
        Counts(hour.Total).ShouldBe((3, 1, 1));
        hour.Total.Lateness.PercentileMs(0.5)!.Value.ShouldBe(1, tolerance: 0.03);
        hour.Total.Lateness.PercentileMs(1)!.Value.ShouldBe(100, tolerance: 3);
        hour.Slowest.Select(s => (s.Name, s.DurationMs)).ShouldBe([("slow", 70), ("quick", 7)]);

        await EndAsync(quick, now.AddSeconds(-1), lateness: 1, duration: 1);
        hour = await UntilAsync(hour => hour.Total.All == 6);
        Counts(hour.Total).ShouldBe((4, 1, 1));

        async Task<ActivityHour> UntilAsync(Predicate<ActivityHour> wanted) =>
            (await ApiClient.UntilAsync(() => activity.HourAsync(Patience, TestContext.Current.CancellationToken), hour => hour is not null && wanted(hour)))!;
    }

    private static (long Completed, long Failed, long Skipped) Counts(Outcomes? outcomes) => (outcomes!.Completed, outcomes.Failed, outcomes.Skipped);

    private Task EndAsync(Guid job, DateTimeOffset at, double lateness, double duration, FailureKind? failure = null)
    {
        var result = new AttemptResult(1, at.AddMilliseconds(lateness), duration, lateness, failure is null ? 200 : null, failure, failure is null ? null : "late");
        return host.AppendAsync(
            ExecutionId.Of(job, at),
            new ExecutionScheduled(job, at),
            failure is null ? new ExecutionCompleted(job, at, ExecutionTrigger.Schedule, result) : new ExecutionFailed(job, at, ExecutionTrigger.Schedule, result));
    }
}
