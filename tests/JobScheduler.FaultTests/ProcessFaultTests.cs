using JobScheduler.Checker;
using JobScheduler.Testing;

namespace JobScheduler.FaultTests;

/// <summary>Hosts that are stopped, frozen, or cut off while another stands by.</summary>
public sealed class ProcessFaultTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Call_that_outlasts_the_shutdown_grace_is_made_again_by_the_next_start()
    {
        await using var cluster = await Cluster.StartAsync(postgres, ("Scheduler__ShutdownGrace", "00:00:01"));
        cluster.Receiver.Answer("/long", context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }));
        var job = await cluster.Jobs.CreateAsync(new { schedule = "0 0 0 1 1 *", api = cluster.Receiver.Url + "/long" });
        var once = await cluster.Jobs.CreateAsync(new { schedule = "0 0 0 1 1 *", api = cluster.Receiver.Url + "/long", type = "AT_MOST_ONCE" });
        await cluster.Jobs.CreateAsync(new { schedule = "* * * * * *", api = cluster.Receiver.Url + "/steady" });
        await cluster.Jobs.RunAsync(job);
        await cluster.Jobs.RunAsync(once);
        await cluster.Receiver.WaitForAsync("/long", 2);
        await cluster.Receiver.WaitForAsync("/steady", 1);

        using (cluster.Fault("stopped and started"))
        {
            (await cluster.Host.StopAsync()).ShouldBe(0);
            cluster.Receiver.Answer("/long", 200);
            await cluster.StartHostAsync();
        }

        await cluster.Receiver.WaitForAsync("/long", 3);
        await cluster.Receiver.WaitForAsync("/steady", 5);
        var report = await cluster.CheckAsync();
        cluster.Receiver.CallsOf("/long").Count(c => c.JobId == job).ShouldBe(2);
        cluster.Receiver.CallsOf("/long").Count(c => c.JobId == once).ShouldBe(1);
        report.Causes["OUTCOME_UNKNOWN"].ShouldBe(1);
    }

    [Fact]
    public Task Everything_due_is_accounted_for_when_the_host_is_frozen_for_a_moment() => FreezeAsync(TimeSpan.FromSeconds(4));

    /// <summary>Longer than PostgreSQL lets a silent node keep the lease: it has to be won again.</summary>
    [Fact]
    [Trait("Duration", "Long")]
    public Task Everything_due_is_accounted_for_when_the_host_is_frozen_for_long() => FreezeAsync(TimeSpan.FromSeconds(20));

    [Theory]
    [Trait("Duration", "Long")]
    [InlineData("killed")]
    [InlineData("frozen")]
    [InlineData("cut off")]
    public async Task Node_that_stands_by_takes_over_and_nothing_is_claimed_twice_when_the_other_is(string what)
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        Workload.Prepare(cluster.Receiver);
        await new Workload(cluster, seed: 3).CreateAsync(20);
        await cluster.Receiver.WaitForAsync("/quick", 20);
        using var second = cluster.StartSecondHost();
        await second.ReadyAsync();

        using (cluster.Fault($"the first node is {what}"))
        {
            switch (what)
            {
                case "killed": cluster.Host.Kill(); break;
                case "frozen": await cluster.Host.FreezeAsync(); break;
                default: cluster.Proxy.Silence(); break;
            }

            // What the first had sent is there; what comes 3 s later is the second's.
            await Task.Delay(TimeSpan.FromSeconds(3));
            await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 40);
            switch (what)
            {
                case "killed": await cluster.StartHostAsync(); break;
                case "frozen": await cluster.Host.ThawAsync(); break;
                default: cluster.Proxy.Open(); break;
            }

            await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 40);
        }

        await cluster.CheckAsync();
    }

    [Fact]
    [Trait("Duration", "Long")]
    public async Task Node_that_is_frozen_in_the_midst_of_an_append_holds_up_the_others_for_seconds_only()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        Workload.Prepare(cluster.Receiver);
        await new Workload(cluster, seed: 6).CreateAsync(60);
        using var second = cluster.StartSecondHost();
        using var api = await second.ApiAsync();

        using (cluster.Fault("the first node is frozen in the midst of an append"))
        {
            await FreezeInAppendAsync(cluster);
            // The lock that it holds is the one that this needs.
            await api.SendAsync(HttpMethod.Post, "/jobs", new { schedule = "* * * * * *", api = cluster.Receiver.Url + "/after" });
            await cluster.Receiver.WaitForAsync("/after", 3);
            await cluster.Host.ThawAsync();
            await cluster.Receiver.WaitForAsync("/after", 10);
        }

        await cluster.CheckAsync();
    }

    private async Task FreezeAsync(TimeSpan length)
    {
        await using var cluster = await Cluster.StartAsync(postgres, ("Scheduler__MisfireGrace", "00:00:02"));
        Workload.Prepare(cluster.Receiver);
        await new Workload(cluster, seed: 2).CreateAsync(20);
        await cluster.Receiver.WaitForAsync("/quick", 20);

        using (cluster.Fault("frozen"))
        {
            await cluster.Host.FreezeAsync();
            await Task.Delay(length);
            await cluster.Host.ThawAsync();
            await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 30);
        }

        await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 30);
        (await cluster.CheckAsync()).Count(Fate.Missed).ShouldBePositive();
    }

    private static async Task FreezeInAppendAsync(Cluster cluster)
    {
        const string InAppend = "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'";
        for (var tries = 0; tries < 500; tries++)
        {
            await cluster.Host.FreezeAsync();
            // What is running ends; what then waits for the next statement waits for good.
            if (await cluster.CountAsync(InAppend) > 0 && await cluster.CountAsync(InAppend) > 0) return;
            await cluster.Host.ThawAsync();
            await Task.Delay(Random.Shared.Next(20, 60));
        }

        Assert.Fail("The host was never caught in the midst of an append.");
    }
}
