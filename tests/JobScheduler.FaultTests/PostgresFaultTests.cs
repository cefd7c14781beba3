using JobScheduler.Checker;

namespace JobScheduler.FaultTests;

/// <summary>What PostgreSQL itself does to a host under load.</summary>
public sealed class PostgresFaultTests
{
    [Theory]
    [InlineData("KILL")]
    [InlineData("INT")]
    public async Task Nothing_is_lost_or_doubled_when_PostgreSQL_is_killed_or_restarted(string signal)
    {
        await using var cluster = await Cluster.StartWithServerAsync();
        var clients = await Clients.StartAsync(cluster, 20);

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

    [Fact]
    [Trait("Duration", "Long")]
    public async Task Everything_is_on_time_while_a_transaction_is_held_open_for_two_minutes()
    {
        await using var cluster = await Cluster.StartWithServerAsync();
        var clients = await Clients.StartAsync(cluster, 40);
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
        var clients = await Clients.StartAsync(cluster, 20);
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
}
