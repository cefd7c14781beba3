using JobScheduler.Checker;
using JobScheduler.Testing;

namespace JobScheduler.FaultTests;

/// <summary>What the network between host and PostgreSQL does to a host under load.</summary>
public sealed class NetworkFaultTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_acknowledgements_of_commits_are_lost()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        var clients = await Clients.StartAsync(cluster, 20);

        using (cluster.Fault("commit acknowledgements lost"))
        {
            for (var cuts = 1; cuts <= 15; cuts++)
            {
                cluster.Proxy.CutInsteadOfRelaying("COMMIT");
                await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 3);
            }
        }

        await clients.EndAsync();
        cluster.Proxy.Cuts.ShouldBeGreaterThan(5);
        (await cluster.CheckAsync()).Count(Fate.RanOnce).ShouldBeGreaterThan(50);
    }

    [Fact]
    public async Task Calls_go_on_when_the_network_to_PostgreSQL_is_silent_for_some_seconds()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        var clients = await Clients.StartAsync(cluster, 20);
        await cluster.Receiver.WaitForAsync("/quick", 20);

        using (cluster.Fault("the network to PostgreSQL is silent"))
        {
            cluster.Proxy.Silence();
            await Task.Delay(TimeSpan.FromSeconds(8));
            cluster.Proxy.Open();
            await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 100);
        }

        await clients.EndAsync();
        await cluster.CheckAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Duration", "Long")]
    public async Task Outage_of_a_minute_is_accounted_for_when_PostgreSQL_cannot_be_reached(bool silent)
    {
        await using var cluster = await Cluster.StartAsync(postgres, ("Scheduler__MisfireGrace", "00:00:20"));
        var clients = await Clients.StartAsync(cluster, 20);
        await cluster.Receiver.WaitForAsync("/quick", 20);

        using (cluster.Fault(silent ? "the network to PostgreSQL is silent" : "PostgreSQL refuses connections"))
        {
            if (silent) cluster.Proxy.Silence();
            else cluster.Proxy.Close();
            await Task.Delay(TimeSpan.FromSeconds(60));
            cluster.Proxy.Open();
            await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 100);
        }

        await clients.EndAsync();
        (await cluster.CheckAsync()).Count(Fate.Missed).ShouldBePositive();
    }
}
