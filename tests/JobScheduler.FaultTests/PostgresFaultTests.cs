using JobScheduler.Checker;
using JobScheduler.Testing;

namespace JobScheduler.FaultTests;

/// <summary>What PostgreSQL, and the network before it, does to a host under load.</summary>
public sealed class PostgresFaultTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_acknowledgements_of_commits_are_lost()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        var clients = await LoadAsync(cluster, 20);

        using (cluster.Fault("commit acknowledgements lost"))
        {
            for (var cuts = 1; cuts <= 15; cuts++)
            {
                cluster.Proxy.CutInsteadOfRelaying("COMMIT");
                await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 3);
            }
        }

        await clients.EndAsync();
        cluster.Proxy.Cuts.ShouldBeGreaterThan(10);
        (await cluster.CheckAsync()).Count(Fate.RanOnce).ShouldBeGreaterThan(50);
    }

    [Theory]
    [InlineData("KILL")]
    [InlineData("INT")]
    public async Task Nothing_is_lost_or_doubled_when_PostgreSQL_is_killed_or_restarted(string signal)
    {
        await using var cluster = await Cluster.StartWithServerAsync();
        var clients = await LoadAsync(cluster, 20);

        for (var round = 0; round < 2; round++)
        {
            await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 20);
            using (cluster.Fault($"PostgreSQL got SIG{signal}"))
            {
                await cluster.SignalPostgresAsync(signal);
                await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 40);
            }
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
        var clients = await LoadAsync(cluster, 20);
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

    [Fact]
    public async Task Calls_go_on_when_the_network_to_PostgreSQL_is_silent_for_some_seconds()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        var clients = await LoadAsync(cluster, 20);
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

    [Fact]
    [Trait("Duration", "Long")]
    public async Task Everything_is_on_time_while_a_transaction_is_held_open_for_two_minutes()
    {
        await using var cluster = await Cluster.StartWithServerAsync();
        var clients = await LoadAsync(cluster, 40);
        await using var connection = await cluster.Postgres.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using var look = new Npgsql.NpgsqlCommand("select count(*) from jobscheduler.mt_events", connection, transaction);
        await look.ExecuteScalarAsync();

        await Task.Delay(TimeSpan.FromMinutes(2));

        await clients.EndAsync();
        (await cluster.CheckAsync()).Count(Fate.RanOnce).ShouldBeGreaterThan(1500);
        await transaction.RollbackAsync();
    }

    [Fact]
    [Trait("Duration", "Long")]
    public async Task Work_goes_on_by_itself_when_the_disk_was_full()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 300);
        await using var cluster = await Cluster.StartWithServerAsync(disk.Path);
        var clients = await LoadAsync(cluster, 20);
        await cluster.Receiver.WaitForAsync("/quick", 20);

        using (cluster.Fault("the disk is full"))
        {
            disk.Fill();
            await Task.Delay(TimeSpan.FromSeconds(20));
            disk.Free();
            await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 100);
        }

        await clients.EndAsync();
        await cluster.CheckAsync();
    }

    private static async Task<Clients> LoadAsync(Cluster cluster, int jobs)
    {
        Workload.Prepare(cluster.Receiver);
        var work = new Workload(cluster, seed: 1);
        await work.CreateAsync(jobs);
        return new(work);
    }

    /// <summary>Who change jobs until they are told to end.</summary>
    private sealed class Clients
    {
        private readonly CancellationTokenSource _ending = new();
        private readonly Task _changing;

        public Clients(Workload work) => _changing = Task.Run(() => work.ChangeAsync(TimeSpan.FromMilliseconds(400), _ending.Token));

        public async Task EndAsync()
        {
            await _ending.CancelAsync();
            await _changing;
            _ending.Dispose();
        }
    }
}
