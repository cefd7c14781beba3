using JobScheduler.Testing;

namespace JobScheduler.FaultTests;

public sealed class RebuildFaultTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Live_read_models_stay_right_when_the_host_is_killed_in_the_midst_of_a_rebuild_under_load()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        Workload.Prepare(cluster.Receiver);
        var work = new Workload(cluster, seed: 5);
        await work.CreateAsync(40);
        await cluster.Receiver.WaitForAsync("/quick", 60);

        foreach (var model in (string[])["executions", "jobs"])
        {
            // Its last step waits for this reader of the live table, so that the host dies before it.
            await using var connection = await cluster.Postgres.OpenConnectionAsync();
            await using var reading = await connection.BeginTransactionAsync();
            await using var read = new Npgsql.NpgsqlCommand($"select count(*) from jobscheduler.{model}", connection, reading);
            await read.ExecuteScalarAsync();
            var rebuilding = JobDriver.TryAsync(() => cluster.Api.SendAsync(HttpMethod.Post, $"/read-models/{model}/rebuild"));
            await cluster.UntilAsync($"select count(*) from pg_class where relnamespace = to_regnamespace('jobscheduler_rebuild_{model}') and reltuples > 0");

            await cluster.KillHostAsync($"killed while rebuilding {model}");

            (await rebuilding).ShouldBeFalse();
        }

        await cluster.Receiver.WaitForAsync("/quick", cluster.Receiver.CallsOf("/quick").Count + 40);
        await cluster.CheckAsync();
        (await cluster.CountAsync("select count(*) from pg_namespace where nspname like 'jobscheduler_rebuild%'")).ShouldBe(0);
    }
}
