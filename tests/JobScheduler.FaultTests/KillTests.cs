using JobScheduler.Checker;
using JobScheduler.Testing;

namespace JobScheduler.FaultTests;

/// <summary>The host is killed in each of the windows between an instant and its record.</summary>
public sealed class KillTests(PostgresFixture postgres)
{
    private const string AppendLock = "hashtextextended('jobscheduler.append', 0)";

    [Fact]
    public async Task Claim_is_sent_when_the_host_is_killed_before_its_instant()
    {
        await using var cluster = await Cluster.StartAsync(postgres, ("Scheduler__ClaimAhead", "00:00:10"));
        var job = await cluster.Jobs.CreateAsync(new { runAt = DateTimeOffset.UtcNow.AddSeconds(8), api = cluster.Receiver.Url + "/claimed" });
        var once = await cluster.Jobs.CreateAsync(
            new { runAt = DateTimeOffset.UtcNow.AddSeconds(8), api = cluster.Receiver.Url + "/claimed", type = "AT_MOST_ONCE" });
        await cluster.UntilAsync("select (count(*) = 2)::int::bigint from jobscheduler.open_executions");
        cluster.Receiver.Calls.ShouldBeEmpty();

        await cluster.KillHostAsync("killed before the send");
        await cluster.Receiver.WaitForAsync("/claimed", 2);

        var report = await cluster.CheckAsync(new() { ClaimAhead = TimeSpan.FromSeconds(10) });
        report.Count(Fate.RanOnce).ShouldBe(2);
        cluster.Receiver.Calls.Select(c => c.JobId).ShouldBe([job, once], ignoreOrder: true);
    }

    [Fact]
    public async Task Call_is_made_again_under_its_id_when_the_host_is_killed_before_its_answer()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        cluster.Receiver.Answer("/held", context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }));
        var job = await cluster.Jobs.CreateAsync(new { schedule = "0 0 0 1 1 *", api = cluster.Receiver.Url + "/held" });
        var once = await cluster.Jobs.CreateAsync(new { schedule = "0 0 0 1 1 *", api = cluster.Receiver.Url + "/held", type = "AT_MOST_ONCE" });
        var execution = await cluster.Jobs.RunAsync(job);
        await cluster.Jobs.RunAsync(once);
        await cluster.Receiver.WaitForAsync("/held", 2);

        await cluster.KillHostAsync("killed in mid-call", () =>
        {
            cluster.Receiver.Answer("/held", 200);
            return Task.CompletedTask;
        });
        await cluster.Receiver.WaitForAsync("/held", 3);

        var report = await cluster.CheckAsync();
        cluster.Receiver.Calls.Count(c => c.ExecutionId == execution).ShouldBe(2);
        cluster.Receiver.Calls.Count(c => c.JobId == once).ShouldBe(1);
        (report.Count(Fate.RanMoreThanOnce), report.Count(Fate.RanOnce)).ShouldBe((1, 1));
        report.Causes["OUTCOME_UNKNOWN"].ShouldBe(1);
    }

    [Fact]
    public async Task Call_is_made_again_when_the_host_is_killed_between_its_answer_and_the_record()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        var release = new TaskCompletionSource();
        cluster.Receiver.Answer("/answered", _ => release.Task);
        var job = await cluster.Jobs.CreateAsync(new { schedule = "0 0 0 1 1 *", api = cluster.Receiver.Url + "/answered" });
        await cluster.Jobs.RunAsync(job);
        await cluster.Receiver.WaitForAsync("/answered", 1);

        await using (var connection = await cluster.Postgres.OpenConnectionAsync())
        {
            await using var hold = new Npgsql.NpgsqlCommand($"select pg_advisory_lock({AppendLock})", connection);
            await hold.ExecuteNonQueryAsync();
            release.SetResult();
            // The host has the answer, and stands at the lock with its outcome.
            await cluster.UntilAsync("select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())");
            cluster.Host.Kill();
        }

        await cluster.KillHostAsync("killed before the record");
        await cluster.Receiver.WaitForAsync("/answered", 2);

        (await cluster.CheckAsync()).Count(Fate.RanMoreThanOnce).ShouldBe(1);
        cluster.Receiver.Calls.Select(c => c.ExecutionId).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Everything_due_is_accounted_for_when_the_host_is_killed_again_and_again()
    {
        await using var cluster = await Cluster.StartAsync(postgres, ("Scheduler__MisfireGrace", "00:00:02"));
        string[] misfires = ["FIRE_ONCE", "FIRE_ALL", "SKIP"];
        string[] overlaps = ["ALLOW", "SKIP", "QUEUE"];
        cluster.Receiver.Answer("/slow", context => Task.Delay(TimeSpan.FromSeconds(1.5), context.RequestAborted));
        for (var i = 0; i < 18; i++)
        {
            await cluster.Jobs.CreateAsync(new
            {
                schedule = i % 2 == 0 ? "* * * * * *" : "*/2 * * * * *",
                api = cluster.Receiver.Url + (i % 4 == 0 ? "/slow" : "/quick"),
                misfire = misfires[i % 3],
                overlap = overlaps[i / 3 % 3],
                type = i % 5 == 0 ? "AT_MOST_ONCE" : "ATLEAST_ONCE",
            });
        }

        for (var round = 1; round <= 3; round++)
        {
            await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 20);
            await cluster.KillHostAsync("kill -9", () => Task.Delay(TimeSpan.FromSeconds(1.2 * round)));
        }

        await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 20);
        var report = await cluster.CheckAsync();
        report.Count(Fate.RanOnce).ShouldBeGreaterThan(50);
        report.Count(Fate.Missed).ShouldBePositive();
    }
}
