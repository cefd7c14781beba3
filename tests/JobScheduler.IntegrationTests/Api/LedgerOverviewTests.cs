using System.Text.Json.Nodes;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.IntegrationTests.Api;

/// <summary>The ledger over all jobs. Each test has a day of its own, and its jobs are deleted at the end of it.</summary>
public sealed class LedgerOverviewTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Totals_say_how_the_occurrences_of_all_jobs_ended()
    {
        var day = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var mixed = await HourlyAsync(day, 8, "mixed");
        await CompleteAsync(mixed, day.AddHours(1));
        await host.AppendAsync(Id(mixed, 2), new ExecutionScheduled(mixed, At(2)), new ExecutionFailed(
            mixed, At(2), ExecutionTrigger.Schedule, new(1, At(2), 5, 0, 500, FailureKind.StatusCode, "500.")));
        await host.AppendAsync(Id(mixed, 3), new ExecutionScheduled(mixed, At(3)), new ExecutionSkipped(
            mixed, At(3), ExecutionTrigger.Schedule, SkipReason.PreviousRunOpen));
        await host.AppendAsync(Id(mixed, 4), new JobOccurrencesMissed(mixed, At(4), At(5), 2, MissedReason.SchedulerDown));
        await host.AppendAsync(Id(mixed, 6), new ExecutionScheduled(mixed, At(6)));
        await host.AppendAsync(Id(mixed, 9), new ExecutionScheduled(mixed, At(9)), new ExecutionSkipped(
            mixed, At(9), ExecutionTrigger.Schedule, SkipReason.JobDeleted));
        await host.AppendAsync(Guid.CreateVersion7(At(1)), new ExecutionRequested(mixed, At(1)));
        var fine = await HourlyAsync(day, 2, "fine");
        for (var hour = 1; hour <= 2; hour++) await CompleteAsync(fine, At(hour));

        var ledger = await host.GetAsync("/ledger?from=2025-01-01T00:00:00Z&to=2025-01-02T00:00:00Z");

        ((int)ledger["jobs"]!).ShouldBe(2);
        Json(ledger["totals"]).ShouldBe(
            """{"expected":10,"completed":3,"failed":1,"skipped":{"PREVIOUS_RUN_OPEN":1},"missed":{"SCHEDULER_DOWN":2},"open":1,"unaccounted":2,"unexpected":1}""");
        Json(ledger["findings"]!.AsArray().ShouldHaveSingleItem()).ShouldBe(
            $$"""{"jobId":"{{mixed}}","jobName":"mixed","expected":8,"completed":1,"failed":1,"skipped":1,"missed":2,"open":1,"unaccounted":2}""");
        ledger["next"].ShouldBeNull();

        DateTimeOffset At(double hours) => day.AddHours(hours);
        Guid Id(Guid job, double hours) => ExecutionId.Of(job, At(hours));
    }

    [Fact]
    public async Task Findings_come_worst_first_page_by_page()
    {
        var day = new DateTimeOffset(2025, 2, 1, 0, 0, 0, TimeSpan.Zero);
        var jobs = new List<Guid>();
        for (var unaccounted = 1; unaccounted <= 5; unaccounted++) jobs.Add(await HourlyAsync(day, unaccounted, null));
        jobs.Add(await HourlyAsync(day, 5, null));
        var missed = await HourlyAsync(day, 9, null);
        await host.AppendAsync(
            ExecutionId.Of(missed, day.AddHours(1)), new JobOccurrencesMissed(missed, day.AddHours(1), day.AddHours(9), 9, MissedReason.SchedulerDown));

        var seen = new List<(Guid Job, int Unaccounted)>();
        for (var path = "/ledger?limit=2&from=2025-02-01T00:00:00Z&to=2025-02-02T00:00:00Z"; path is not null;)
        {
            var page = await host.GetAsync(path);
            ((int)page["totals"]!["unaccounted"]!).ShouldBe(20);
            seen.AddRange(page["findings"]!.AsArray().Select(f => (Guid.Parse((string)f!["jobId"]!), (int)f["unaccounted"]!)));
            path = page["next"] is { } next ? $"/ledger?limit=2&after={next}" : null;
        }

        seen.Select(s => s.Unaccounted).ShouldBe([5, 5, 4, 3, 2, 1, 0]);
        seen.Select(s => s.Job).ShouldBe([.. jobs, missed], ignoreOrder: true);
        seen[^1].Job.ShouldBe(missed);
    }

    /// <summary>The scheduler's own idea of how far it has come plays no part.</summary>
    [Fact]
    public async Task Occurrence_that_an_unexpected_execution_stands_beside_is_still_unaccounted()
    {
        var day = new DateTimeOffset(2025, 3, 1, 0, 0, 0, TimeSpan.Zero);
        var job = await HourlyAsync(day, 3, null);
        await CompleteAsync(job, day.AddHours(1));
        await CompleteAsync(job, day.AddHours(1.5));
        await CompleteAsync(job, day.AddHours(3));

        var totals = (await host.GetAsync("/ledger?from=2025-03-01T00:00:00Z&to=2025-03-02T00:00:00Z"))["totals"];

        Json(totals).ShouldBe("""{"expected":3,"completed":2,"failed":0,"skipped":{},"missed":{},"open":0,"unaccounted":1,"unexpected":1}""");
    }

    [Fact]
    public async Task Schedules_of_their_time_count_and_those_that_cannot_be_read_are_told()
    {
        var day = new DateTimeOffset(2025, 4, 1, 0, 0, 0, TimeSpan.Zero);
        var job = await HourlyAsync(day, 24, null, new JobRescheduled(new("*/10 * * * *")));
        var unreadable = await HourlyAsync(day, 24, null, new JobRescheduled(new("0 * * * *", TimeZone: "Gone/Zone")));

        var ledger = await host.GetAsync("/ledger?from=2025-04-01T11:30:00Z&to=2025-04-01T13:00:00Z");

        // Noon by the first schedule, up to which it holds; then each ten minutes.
        ((int)ledger["totals"]!["expected"]!).ShouldBe(7);
        (await host.GetAsync($"/jobs/{job}/ledger?from=2025-04-01T11:30:00Z&to=2025-04-01T13:00:00Z"))["summary"]!["expected"]!.GetValue<int>().ShouldBe(7);
        ((int)ledger["notReadable"]!).ShouldBe(1);
        ledger["findings"]!.AsArray().Select(f => (string)f!["jobId"]!).ShouldNotContain(unreadable.ToString());
    }

    [Fact]
    public async Task Time_is_bounded_and_a_page_is_of_the_same_time()
    {
        var day = new DateTimeOffset(2025, 6, 1, 0, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < 8; i++) await HourlyAsync(day, 24 * 31, null, new JobRescheduled(new("* * * * * *")));

        (await RefusedAsync("/ledger?from=2025-06-01T00:00:00Z&to=2025-07-02T00:00:00Z")).ShouldContain("20,000,000");
        (await RefusedAsync("/ledger?from=2025-01-01T00:00:00Z&to=2025-03-01T00:00:00Z")).ShouldContain("31 days");
        (await RefusedAsync("/ledger?from=2025-03-02T00:00:00Z&to=2025-03-01T00:00:00Z")).ShouldContain("earlier");
        (await RefusedAsync("/ledger?from=yesterday")).ShouldContain("ISO 8601");
        (await RefusedAsync("/ledger?after=x")).ShouldContain("'next'");
        (await RefusedAsync("/ledger?limit=501")).ShouldContain("500");
        var next = (await host.GetAsync("/ledger?limit=1&from=2025-06-01T13:00:00Z&to=2025-06-01T13:00:10Z"))["next"]!;
        (await RefusedAsync($"/ledger?after={next}&to=2025-03-01T00:00:00Z")).ShouldContain("either");
    }

    private async Task<string> RefusedAsync(string path) => (await host.RefusedAsync(HttpMethod.Get, path)).Single().Message;

    /// <summary>A job that is due each hour of the day from one on, until it is deleted; <paramref name="changes"/> are made at noon.</summary>
    private async Task<Guid> HourlyAsync(DateTimeOffset day, int hours, string? name, params JobEvent[] changes)
    {
        var job = await host.CreateJobAsync(new { name });
        await host.AppendAsync(job, [.. changes, new JobDeleted()]);
        await host.MoveEventsAsync(job, [day, .. changes.Select(_ => day.AddHours(12)), day.AddHours(hours + 0.5)]);
        await using var command = host.Store.DataSource.CreateCommand("update jobscheduler.jobs set created_at = $2, due_after = $3 where id = $1");
        command.Parameters.Add(new() { Value = job });
        command.Parameters.Add(new() { Value = day });
        command.Parameters.Add(new() { Value = day.AddHours(hours + 0.5) });
        await command.ExecuteNonQueryAsync();
        return job;
    }

    private Task CompleteAsync(Guid job, DateTimeOffset at) => host.AppendAsync(
        ExecutionId.Of(job, at),
        new ExecutionScheduled(job, at),
        new ExecutionCompleted(job, at, ExecutionTrigger.Schedule, new(1, at, 5, 0, 200)));

    private static string Json(JsonNode? node) => node!.ToJsonString();
}
