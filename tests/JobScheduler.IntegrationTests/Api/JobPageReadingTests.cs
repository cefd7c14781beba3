using System.Net;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Ledgers;
using Microsoft.Extensions.DependencyInjection;

namespace JobScheduler.IntegrationTests.Api;

/// <summary>What the dashboard's page of a job reads besides what the API does.</summary>
public sealed class JobPageReadingTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly DateTimeOffset Day = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private HistoryQueries History => host.Factory.Services.GetRequiredService<HistoryQueries>();

    [Fact]
    public async Task Rare_executions_are_looked_for_up_to_a_bound_and_from_there_on()
    {
        var job = await HourlyAsync();
        for (var hour = 1; hour <= 9; hour++) await EndAsync(job, hour, isSuccess: hour is not (2 or 8));

        var (first, lookedUpTo) = await History.EndedAsync(job, ExecutionStatus.Failed, null, Guid.AllBitsSet, 5, among: 4, default);
        var (second, rest) = await History.EndedAsync(job, ExecutionStatus.Failed, null, lookedUpTo!.Value, 5, among: 10, default);
        var (none, _) = await History.EndedAsync(job, ExecutionStatus.Failed, At(3), lookedUpTo.Value, 5, among: 10, default);

        first.Select(e => e.ScheduledFor).ShouldBe([At(8)]);
        lookedUpTo.ShouldBe(ExecutionId.Of(job, At(6)));
        second.Select(e => e.ScheduledFor).ShouldBe([At(2)]);
        rest.ShouldBeNull();
        none.ShouldBeEmpty();
    }

    [Fact]
    public async Task Points_are_the_latest_of_a_time()
    {
        var job = await HourlyAsync();
        for (var hour = 1; hour <= 5; hour++) await EndAsync(job, hour, isSuccess: true);

        (await History.PointsAsync(job, null, null, 3, default)).Select(p => p.ScheduledFor).ShouldBe([At(5), At(4), At(3)]);
        (await History.PointsAsync(job, At(2), At(4), 9, default)).Select(p => p.ScheduledFor).ShouldBe([At(4), At(3), At(2)]);
    }

    [Fact]
    public async Task Tally_of_a_day_is_that_of_the_ledger_whether_it_balances_or_not()
    {
        var job = await HourlyAsync();
        await EndAsync(job, 1, isSuccess: true);
        await EndAsync(job, 2, isSuccess: false);
        await host.AppendAsync(ExecutionId.Of(job, At(3)), new JobOccurrencesMissed(job, At(3), At(4), 2, MissedReason.SchedulerDown));
        (await TallyAsync(job)).ShouldBe((23, 1, 1, 2, 19, 0));

        await EndAsync(job, 6.5, isSuccess: true);
        await EndAsync(job, 8, isSuccess: true);
        (await TallyAsync(job)).ShouldBe((23, 2, 1, 2, 18, 1));
    }

    [Fact]
    public async Task Page_of_a_job_that_never_was_is_not_found_and_that_of_a_deleted_one_keeps_its_history()
    {
        var job = await HourlyAsync();
        await EndAsync(job, 1, isSuccess: false);
        await host.AppendAsync(job, new JobDeleted());

        using var never = await host.AnswerAsync(HttpMethod.Get, $"/ui/jobs/{Guid.NewGuid()}");
        never.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        foreach (var tab in new[] { "history", "definition", "ledger", "audit", "explain" })
        {
            using var page = await host.AnswerAsync(HttpMethod.Get, $"/ui/jobs/{job}?tab={tab}");
            page.StatusCode.ShouldBe(HttpStatusCode.OK);
            var text = await page.Content.ReadAsStringAsync();
            text.ShouldContain("its history stays");
            text.ShouldNotContain("data-call");
        }
    }

    [Theory]
    [InlineData("?from=x&to=&before=ffffffff-ffff-ffff-ffff-fffffffffffe")]
    [InlineData("?status=MISSED&before=ffffffff-0000-0000-0000-000000000000")]
    [InlineData("?from=2030-01-01T00:00&to=2020-01-01T00:00")]
    [InlineData("?tab=ledger&month=9999-12&from=9999-12-31T23:59:59Z&span=hour")]
    [InlineData("?tab=audit&version=-3")]
    [InlineData("?tab=explain&at=yesterday")]
    public async Task Page_makes_sense_of_any_address(string query)
    {
        var job = await HourlyAsync();

        using var page = await host.AnswerAsync(HttpMethod.Get, $"/ui/jobs/{job}{query}");

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<(long Expected, long Completed, long Failed, long Missed, long Unaccounted, long Unexpected)> TallyAsync(Guid job)
    {
        var changes = (await host.Store.FetchStreamAsync(job)).Select(e => ((JobEvent)e.Data, e.Timestamp));
        var tallies = host.Factory.Services.GetRequiredService<JobTallies>();
        var tally = (await tallies.ReadAsync(job, changes, Day, Day.AddHours(23.5), default))!;
        return (tally.Expected, tally.Completed, tally.Failed, tally.Missed.Values.Sum(), tally.Unaccounted, tally.Unexpected);
    }

    private async Task<Guid> HourlyAsync()
    {
        var job = await host.CreateJobAsync();
        await host.MoveEventsAsync(job, Day);
        return job;
    }

    private Task EndAsync(Guid job, double hour, bool isSuccess) => host.AppendAsync(
        ExecutionId.Of(job, At(hour)),
        new ExecutionScheduled(job, At(hour)),
        isSuccess
            ? new ExecutionCompleted(job, At(hour), ExecutionTrigger.Schedule, new(1, At(hour), 5, 0, 200))
            : new ExecutionFailed(job, At(hour), ExecutionTrigger.Schedule, new(1, At(hour), 5, 0, 500, FailureKind.StatusCode, "500.")));

    private static DateTimeOffset At(double hours) => Day.AddHours(hours);
}
