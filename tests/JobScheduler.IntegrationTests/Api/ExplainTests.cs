using System.Net;
using System.Text.Json.Nodes;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.IntegrationTests.Api;

/// <summary>"Why didn't it run?", answered from the log.</summary>
public sealed class ExplainTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly DateTimeOffset Noon = new(2025, 12, 28, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Instant_without_an_occurrence_is_not_due_and_its_neighbours_are_told()
    {
        var job = await HourlyAsync();

        var answer = await ExplainAsync(job, "2025-12-28T15:30:00Z", "NOT_DUE", "job_created");

        ((string)answer["answer"]!).ShouldContain("'0 0 * * * *' (UTC)");
        ((string)answer["previousExecutionTime"]!).ShouldBe("2025-12-28T15:00:00.000Z");
        ((string)answer["nextExecutionTime"]!).ShouldBe("2025-12-28T16:00:00.000Z");
        (answer["executionId"], answer["clockChange"]).ShouldBe((null, null));
    }

    [Fact]
    public async Task Paused_job_is_told_with_who_paused_it_and_who_resumed_it()
    {
        var job = await host.CreateJobAsync();
        await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/pause", headers: ("X-Actor", "ann"));
        await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/resume", headers: ("X-Actor", "bob"));
        await host.MoveEventsAsync(job, Noon, Noon.AddHours(1), Noon.AddHours(3));

        var answer = await ExplainAsync(job, "2025-12-28T14:00:00Z", "PAUSED", "job_paused", "job_resumed");

        ((string)answer["by"]!).ShouldBe("ann");
        ((string)answer["answer"]!).ShouldBe("The job was paused at 2025-12-28T13:00:00.000Z by ann, and resumed at 2025-12-28T15:00:00.000Z by bob.");
        // What was due up to the pause stays due, and so does what comes after the resumption.
        await ExplainAsync(job, "2025-12-28T13:00:00Z", "UNACCOUNTED", "job_created");
        await ExplainAsync(job, "2025-12-28T15:00:00Z", "PAUSED", "job_paused", "job_resumed");
        await ExplainAsync(job, "2025-12-28T16:00:00Z", "UNACCOUNTED", "job_created");
    }

    [Fact]
    public async Task Job_that_did_not_exist_yet_or_no_more_is_told_by_whom()
    {
        var job = await host.CreateJobAsync();
        await host.SendAsync(HttpMethod.Delete, $"/jobs/{job}", expected: HttpStatusCode.NoContent, headers: ("X-Actor", "ann"));
        await host.MoveEventsAsync(job, Noon, Noon.AddHours(1));

        await ExplainAsync(job, "2025-12-28T12:00:00Z", "NOT_CREATED", "job_created");
        var deleted = await ExplainAsync(job, "2025-12-28T14:00:00Z", "DELETED", "job_deleted");
        ((string)deleted["answer"]!).ShouldBe("The job was deleted at 2025-12-28T13:00:00.000Z by ann.");
    }

    [Fact]
    public async Task Bounds_of_the_job_are_told()
    {
        var job = await host.CreateJobAsync(new { startAt = "2035-01-01T00:00:00Z", endAt = "2036-01-01T00:00:00Z" });

        var before = await ExplainAsync(job, "2034-12-31T23:00:00Z", "BEFORE_START", "job_created");
        ((string)before["nextExecutionTime"]!).ShouldBe("2035-01-01T00:00:00.000Z");
        ((string)(await ExplainAsync(job, "2036-01-01T01:00:00Z", "AFTER_END", "job_created"))["answer"]!).ShouldContain("2036-01-01");
        await ExplainAsync(job, "2035-05-01T00:00:00Z", "WILL_BE_DUE", "job_created");
        await ExplainAsync(job, "2035-05-01T00:30:00Z", "NOT_DUE", "job_created");
    }

    [Fact]
    public async Task Run_is_told_with_how_it_ended()
    {
        var job = await HourlyAsync();
        await host.AppendAsync(Id(job, 1), Claim(job, 1), new ExecutionCompleted(job, At(1), ExecutionTrigger.Schedule, new(1, At(1).AddSeconds(90), 5, 0, 200)));
        await host.AppendAsync(
            Id(job, 2),
            Claim(job, 2),
            new ExecutionAttemptFailed(job, At(2), new(1, At(2), 5, 0, 503, FailureKind.StatusCode, "503."), At(2).AddSeconds(5)),
            new ExecutionFailed(job, At(2), ExecutionTrigger.Schedule, new(2, At(2).AddSeconds(5), 5, 0, null, FailureKind.Timeout, "No answer.")));

        var completed = await ExplainAsync(job, "2025-12-28T13:00:00Z", "COMPLETED", "execution_scheduled", "execution_completed");
        ((string)completed["executionId"]!).ShouldBe(Id(job, 1).ToString());
        ((string)completed["answer"]!).ShouldBe("It ran and succeeded: called at 2025-12-28T13:01:30.000Z, 0:01:30 after it was due, answered 200.");
        var failed = await ExplainAsync(job, "2025-12-28T14:00:00Z", "FAILED", "execution_scheduled", "execution_attempt_failed", "execution_failed");
        ((string)failed["reason"]!).ShouldBe("TIMEOUT");
        ((string)failed["answer"]!).ShouldBe("It failed, at attempt 2: called at 2025-12-28T14:00:05.000Z, 5 s after it was due. No answer.");
    }

    [Fact]
    public async Task Claim_without_an_outcome_is_open_with_what_it_waits_for()
    {
        var job = await HourlyAsync();
        await host.AppendAsync(
            Id(job, 1), Claim(job, 1), new ExecutionAttemptFailed(job, At(1), new(1, At(1), 5, 0, 503, FailureKind.StatusCode, "503."), At(1).AddSeconds(5)));
        await host.AppendAsync(Id(job, 2), Claim(job, 2));

        ((string)(await ExplainAsync(job, "2025-12-28T13:00:00Z", "OPEN", "execution_scheduled", "execution_attempt_failed"))["answer"]!)
            .ShouldContain("the next is due at 2025-12-28T13:00:05.000Z");
        ((string)(await ExplainAsync(job, "2025-12-28T14:00:00Z", "OPEN", "execution_scheduled"))["answer"]!).ShouldContain("under way");
    }

    [Fact]
    public async Task Skipped_occurrence_is_told_with_its_cause()
    {
        var job = await host.CreateJobAsync();
        await host.SendAsync(HttpMethod.Post, $"/jobs/{job}/pause", headers: ("X-Actor", "ann"));
        await host.MoveEventsAsync(job, Noon, At(2).AddSeconds(-0.5));
        await host.AppendAsync(Id(job, 1), Claim(job, 1), new ExecutionSkipped(job, At(1), ExecutionTrigger.Schedule, SkipReason.PreviousRunOpen));
        var earlier = Guid.CreateVersion7(At(0.5));
        await host.AppendAsync(earlier, new ExecutionRequested(job, At(0.5)));
        await host.AppendAsync(Id(job, 2), Claim(job, 2), new ExecutionSkipped(job, At(2), ExecutionTrigger.Schedule, SkipReason.JobPaused));

        var overlapped = await ExplainAsync(job, "2025-12-28T13:00:00Z", "SKIPPED", "execution_scheduled", "execution_skipped");
        ((string)overlapped["answer"]!).ShouldContain(earlier.ToString());
        ((string)overlapped["reason"]!).ShouldBe("PREVIOUS_RUN_OPEN");
        var paused = await ExplainAsync(job, "2025-12-28T14:00:00Z", "SKIPPED", "job_paused", "execution_scheduled", "execution_skipped");
        ((string)paused["by"]!).ShouldBe("ann");
        ((string)paused["answer"]!).ShouldBe("It was claimed ahead of its instant, but the job was paused at 2025-12-28T13:59:59.500Z by ann before it was sent.");
    }

    [Fact]
    public async Task Missed_occurrence_is_told_with_the_outage()
    {
        var job = await HourlyAsync();
        await host.AppendAsync(Id(job, 1), new JobOccurrencesMissed(job, At(1), At(5), 5, MissedReason.SchedulerDown));

        foreach (var hour in new[] { 13, 15, 17 })
        {
            var missed = await ExplainAsync(job, $"2025-12-28T{hour}:00:00Z", "MISSED", "job_occurrences_missed");
            ((string)missed["reason"]!).ShouldBe("SCHEDULER_DOWN");
            ((string)missed["answer"]!).ShouldContain("one of 5 from 2025-12-28T13:00:00.000Z to 2025-12-28T17:00:00.000Z");
            ((string)missed["answer"]!).ShouldContain("misfire policy was FIRE_ONCE");
            missed["executionId"].ShouldBeNull();
        }

        await ExplainAsync(job, "2025-12-28T14:30:00Z", "NOT_DUE", "job_created");
        await ExplainAsync(job, "2025-12-28T18:00:00Z", "UNACCOUNTED", "job_created");
    }

    [Fact]
    public async Task Every_reason_for_missing_an_occurrence_has_its_words()
    {
        var job = await HourlyAsync();
        foreach (var (reason, i) in Enum.GetValues<MissedReason>().Select((r, i) => (r, i)))
        {
            await host.AppendAsync(Id(job, i + 1), new JobOccurrencesMissed(job, At(i + 1), At(i + 1), 1, reason));
            await ExplainAsync(job, $"2025-12-28T{13 + i}:00:00Z", "MISSED", "job_occurrences_missed");
        }
    }

    [Theory]
    [InlineData("2027-03-28T01:00:00Z", "WILL_BE_DUE", "2027-03-28T03:00:00+02:00", "set forward from 02:00 to 03:00")]
    [InlineData("2027-03-28T02:30:00", "WILL_BE_DUE", "2027-03-28T03:00:00+02:00", "set forward from 02:00 to 03:00")]
    [InlineData("2027-03-28T00:30:00Z", "NOT_DUE", "2027-03-28T01:30:00+01:00", "set forward")]
    [InlineData("2027-10-31T02:30", "WILL_BE_DUE", "2027-10-31T02:30:00+02:00", "came twice")]
    [InlineData("2027-10-31T01:30:00Z", "NOT_DUE", "2027-10-31T02:30:00+01:00", "runs at the first only")]
    [InlineData("2027-11-01T01:30:00Z", "WILL_BE_DUE", "2027-11-01T02:30:00+01:00", null)]
    public async Task Change_of_the_clock_is_told_on_its_day(string at, string verdict, string local, string? note)
    {
        var job = await host.CreateJobAsync(new { schedule = "30 2 * * *", timeZone = "Europe/Berlin" });

        var answer = await ExplainAsync(job, at, verdict, "job_created");

        ((string)answer["localTime"]!).ShouldBe(local);
        if (note is null) answer["clockChange"].ShouldBeNull();
        else ((string)answer["clockChange"]!).ShouldContain(note);
    }

    [Fact]
    public async Task Schedule_that_this_machine_cannot_read_is_told()
    {
        var job = await HourlyAsync();
        await host.AppendAsync(job, new JobRescheduled(new("0 * * * *", TimeZone: "Gone/Zone")));

        ((string)(await ExplainAsync(job, "2099-01-01T00:00:00Z", "NOT_READABLE", "job_rescheduled"))["answer"]!).ShouldContain("Gone/Zone");
    }

    [Fact]
    public async Task Question_is_refused_with_what_would_be_right()
    {
        var job = await host.CreateJobAsync();

        (await host.RefusedAsync(HttpMethod.Get, $"/jobs/{job}/explain")).Single().Message.ShouldStartWith("Required");
        (await host.RefusedAsync(HttpMethod.Get, $"/jobs/{job}/explain?at=noon")).Single().Message.ShouldContain("ISO 8601");
        (await host.RefusedAsync(HttpMethod.Get, $"/jobs/{job}/explain?at=0001-01-01T00:00:00Z")).Single().Field.ShouldBe("at");
        await host.SendAsync(HttpMethod.Get, $"/jobs/{Guid.NewGuid()}/explain?at=2025-12-28T12:00:00Z", expected: HttpStatusCode.NotFound);
    }

    private static DateTimeOffset At(double hours) => Noon.AddHours(hours);

    private static Guid Id(Guid job, double hours) => ExecutionId.Of(job, At(hours));

    private static ExecutionScheduled Claim(Guid job, double hours) => new(job, At(hours));

    /// <summary>A job that was created at noon, and is due each hour.</summary>
    private async Task<Guid> HourlyAsync()
    {
        var job = await host.CreateJobAsync();
        await host.MoveEventsAsync(job, Noon);
        return job;
    }

    private async Task<JsonNode> ExplainAsync(Guid job, string at, string verdict, params string[] events)
    {
        var answer = await host.GetAsync($"/jobs/{job}/explain?at={at}");
        ((string)answer["verdict"]!).ShouldBe(verdict, answer.ToJsonString());
        answer["events"]!.AsArray().Select(e => (string)e!["type"]!).ShouldBe(events, answer.ToJsonString());
        return answer;
    }
}
