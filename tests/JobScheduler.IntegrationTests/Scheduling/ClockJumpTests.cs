using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Testing;

namespace JobScheduler.IntegrationTests.Scheduling;

/// <summary>The clock is set while the scheduler runs.</summary>
public sealed class ClockJumpTests(PostgresFixture postgres)
{
    private const string EveryMinute = "0 * * * * *";

    private static readonly TimeSpan AnHour = TimeSpan.FromHours(1);

    /// <summary>Ten seconds past the minute: for the next fifty, only what the clock is set past is due.</summary>
    private static readonly DateTimeOffset Ten = new(2027, 5, 3, 10, 0, 10, TimeSpan.Zero);

    [Theory]
    [InlineData(MisfirePolicy.FireOnce, 1)]
    [InlineData(MisfirePolicy.FireAll, 5)]
    [InlineData(MisfirePolicy.Skip, 0)]
    public async Task Clock_that_is_set_forward_leaves_each_instant_one_record_by_the_misfire_policy(MisfirePolicy misfire, int late)
    {
        await using var host = await StartAsync();
        var policy = ExecutionPolicy.Default with { Misfire = misfire, MisfireLimit = 5 };
        var job = await host.CreateAsync(host.Definition("/minute", EveryMinute) with { Policy = policy });
        var beacon = await host.CreateAsync(host.Definition("/beacon"));
        await host.Receiver.WaitForAsync("/beacon", 1);

        host.Clock.SetForward(AnHour);
        await CalledAfterAsync(host, "/beacon", Ten + AnHour);
        var records = await host.UntilAsync(
            () => host.RecordsOfAsync(job, new(EveryMinute), Ten, Ten + AnHour), seen => seen.All(r => r.Records > 0));
        var perSecond = await host.UntilAsync(
            () => host.RecordsOfAsync(beacon, new("* * * * * *"), Ten.AddSeconds(5), Ten + AnHour), seen => seen.All(r => r.Records > 0));

        records.Count.ShouldBe(60);
        records.ShouldAllBe(r => r.Records == 1);
        perSecond.ShouldAllBe(r => r.Records == 1);
        (await host.ExecutionsOfAsync(job)).Select(e => e.ScheduledFor).ShouldBe(records.TakeLast(late).Select(r => r.Instant));
        var missed = (await host.Executions.MissedBetweenAsync(job, Ten, Ten + AnHour, default)).Single();
        (missed.FirstAt, missed.LastAt, missed.Count, missed.Reason)
            .ShouldBe((records[0].Instant, records[^(late + 1)].Instant, 60 - late, MissedReason.ClockJumped));
    }

    [Fact]
    public async Task Clock_that_is_set_back_runs_nothing_twice_nothing_early_and_leaves_nothing_out()
    {
        await using var host = await StartAsync();
        OverlapPolicy[] policies = Enum.GetValues<OverlapPolicy>();
        var jobs = new List<Guid>();
        foreach (var overlap in policies)
        {
            jobs.Add(await host.CreateAsync(host.Definition($"/{overlap}") with { Policy = ExecutionPolicy.Default with { Overlap = overlap } }));
        }

        foreach (var overlap in policies) await host.Receiver.WaitForAsync($"/{overlap}", 3);

        host.Clock.SetForward(TimeSpan.FromSeconds(-4));
        foreach (var overlap in policies) await host.Receiver.WaitForAsync($"/{overlap}", host.Receiver.CallsOf($"/{overlap}").Count + 3);

        foreach (var job in jobs)
        {
            var executions = (await host.EndedAsync(job, 6)).ToList();
            executions.Select(e => e.ScheduledFor).ShouldBe(Enumerable.Range(0, executions.Count).Select(i => executions[0].ScheduledFor.AddSeconds(i)));
            executions.ShouldAllBe(e => e.Status == ExecutionStatus.Completed && e.Attempts == 1 && e.StartedAt >= e.ScheduledFor);
        }

        host.Receiver.Calls.Select(c => c.ExecutionId).ShouldBeUnique();
    }

    [Fact]
    public async Task New_and_changed_jobs_run_in_an_hour_that_comes_again_and_others_keep_the_records_of_the_first_time()
    {
        await using var host = await StartAsync();
        var kept = await host.CreateAsync(host.Definition("/kept"));
        var changed = await host.CreateAsync(host.Definition("/changed"));
        await host.Receiver.WaitForAsync("/changed", 1);
        host.Clock.SetForward(AnHour);
        await CalledAfterAsync(host, "/kept", Ten + AnHour);
        await CalledAfterAsync(host, "/changed", Ten + AnHour);

        host.Clock.SetForward(-AnHour);
        await host.CreateAsync(host.Definition("/new"));
        var change = await host.AppendAsync(changed, new JobRescheduled(new Schedule("*/2 * * * * *")));
        await CalledAfterAsync(host, "/new", Ten, ComesAgain);
        var second = await CalledAfterAsync(host, "/changed", change.Timestamp, ComesAgain);
        (second.ScheduledFor.Second % 2).ShouldBe(0);

        var now = host.Clock.GetUtcNow();
        await host.StopAsync();
        host.Start(now - DateTimeOffset.UtcNow);
        var again = await CalledAfterAsync(host, "/changed", now.AddSeconds(2), ComesAgain);
        await CalledAfterAsync(host, "/new", again.ScheduledFor, ComesAgain);

        var executions = await host.ExecutionsOfAsync(kept);
        executions.ShouldNotContain(e => e.ScheduledFor > change.Timestamp && e.ScheduledFor < Ten.AddMinutes(59));
        var records = await host.RecordsOfAsync(kept, new("* * * * * *"), Ten.AddSeconds(5), now);
        records.ShouldAllBe(r => r.Records == 1);
        host.Receiver.Calls.Select(c => c.ExecutionId).ShouldBeUnique();
    }

    /// <summary>2 a.m. in Berlin, 1 a.m. UTC: the clock goes from 2 to 3, and half past two does not exist.</summary>
    [Fact]
    public async Task Occurrence_in_the_gap_of_daylight_saving_runs_once_at_its_end()
    {
        await using var host = await StartAsync(new(2027, 3, 28, 0, 59, 56, TimeSpan.Zero));
        var job = await CreateInBerlinAsync(host, "/gap", "0 30 2 * * *");
        await CreateInBerlinAsync(host, "/beacon", "* * * * * *");

        var gapEnd = new DateTimeOffset(2027, 3, 28, 1, 0, 0, TimeSpan.Zero);
        await CalledAfterAsync(host, "/beacon", gapEnd.AddSeconds(1));
        host.Clock.SetForward(TimeSpan.FromMinutes(29) + TimeSpan.FromSeconds(50));
        await CalledAfterAsync(host, "/beacon", gapEnd.AddMinutes(30).AddSeconds(1));

        (await host.EndedAsync(job, 1)).Select(e => e.ScheduledFor).ShouldBe([gapEnd]);
    }

    /// <summary>3 a.m. in Berlin, 1 a.m. UTC: the clock goes back to 2, and half past two comes twice.</summary>
    [Fact]
    public async Task Time_of_day_that_comes_twice_runs_the_first_time_and_intervals_run_both_times()
    {
        var first = new DateTimeOffset(2027, 10, 31, 0, 30, 0, TimeSpan.Zero);
        await using var host = await StartAsync(first.AddSeconds(-4));
        var daily = await CreateInBerlinAsync(host, "/daily", "0 30 2 * * *");
        var halfHourly = await CreateInBerlinAsync(host, "/interval", "0 */30 * * * *");
        await CreateInBerlinAsync(host, "/beacon", "* * * * * *");
        await CalledAfterAsync(host, "/beacon", first.AddSeconds(1));

        host.Clock.Set(first.AddHours(1).AddSeconds(-4));
        await CalledAfterAsync(host, "/beacon", first.AddHours(1).AddSeconds(1));

        (await host.EndedAsync(daily, 1)).Select(e => e.ScheduledFor).ShouldBe([first]);
        (await host.EndedAsync(halfHourly, 3)).Select(e => e.ScheduledFor).ShouldBe([first, first.AddMinutes(30), first.AddHours(1)]);
    }

    /// <summary>Not one of the first time, at whose end the calls within the misfire grace are.</summary>
    private static bool ComesAgain(ReceivedCall call) => call.ScheduledFor < Ten.AddMinutes(30);

    private Task<SchedulingHost> StartAsync(DateTimeOffset? at = null) =>
        SchedulingHost.StartAtAsync(postgres, at ?? Ten, ("Scheduler:MisfireGrace", "2s"));

    private static Task<Guid> CreateInBerlinAsync(SchedulingHost host, string path, string cron) =>
        host.CreateAsync(host.Definition(path) with { Schedule = new(cron, TimeZone: "Europe/Berlin") });

    /// <summary>The first call of a path for an instant later than this, once it has come.</summary>
    private static async Task<ReceivedCall> CalledAfterAsync(SchedulingHost host, string path, DateTimeOffset instant, Func<ReceivedCall, bool>? also = null)
    {
        for (var count = 1; ; count++)
        {
            var calls = await host.Receiver.WaitForAsync(path, count);
            if (calls.FirstOrDefault(c => c.ScheduledFor > instant && also?.Invoke(c) != false) is { } call) return call;
            count = Math.Max(count, calls.Count);
        }
    }
}
