namespace JobScheduler.FaultTests;

/// <summary>Something that is done to a cluster for a while, and ends with its cause being gone.</summary>
/// <param name="Excuses">Whether calls may be late or repeated for it.</param>
internal sealed record SoakFault(string Name, Func<Cluster, TimeSpan, Task> RunAsync, bool Excuses = true)
{
    public static readonly IReadOnlyList<SoakFault> All =
    [
        new("the host is killed", async (cluster, length) =>
        {
            cluster.Host.Kill();
            await Task.Delay(length);
            await cluster.StartHostAsync();
        }),
        new("the host is stopped", async (cluster, length) =>
        {
            (await cluster.Host.StopAsync()).ShouldBe(0, cluster.Host.Said);
            await Task.Delay(length);
            await cluster.StartHostAsync();
        }),
        new("the host is frozen", async (cluster, length) =>
        {
            await cluster.Host.FreezeAsync();
            await Task.Delay(length);
            await cluster.Host.ThawAsync();
        }),
        new("PostgreSQL is killed", async (cluster, length) =>
        {
            await cluster.SignalPostgresAsync("KILL");
            await Task.Delay(length);
            await cluster.PostgresServesAsync();
        }),
        new("PostgreSQL is restarted", async (cluster, length) =>
        {
            await cluster.SignalPostgresAsync("INT");
            await Task.Delay(length);
            await cluster.PostgresServesAsync();
        }),
        new("connections to PostgreSQL are refused", async (cluster, length) =>
        {
            cluster.Proxy.Close();
            await Task.Delay(length);
            cluster.Proxy.Open();
        }),
        new("the network to PostgreSQL is silent", async (cluster, length) =>
        {
            cluster.Proxy.Silence();
            await Task.Delay(length);
            cluster.Proxy.Open();
        }),
        new("acknowledgements of commits are lost", async (cluster, length) =>
        {
            for (var end = DateTimeOffset.UtcNow + length; DateTimeOffset.UtcNow < end; await Task.Delay(TimeSpan.FromMilliseconds(700)))
                cluster.Proxy.CutInsteadOfRelaying("COMMIT");
        }),
        new("receivers hang", async (cluster, length) =>
        {
            using var held = new CancellationTokenSource(length);
            cluster.Receiver.Answer("/quick", context => Task.Delay(Timeout.Infinite, held.Token).ContinueWith(_ => { }, TaskScheduler.Default));
            await Task.Delay(length);
            cluster.Receiver.Answer("/quick", 200);
            await held.CancelAsync();
        }, Excuses: false),
        new("alert sinks are down", async (cluster, length) =>
        {
            cluster.Receiver.Answer("/hook", 503);
            await Task.Delay(length);
            cluster.Receiver.Answer("/hook", 200);
        }, Excuses: false),
        new("a transaction is held open", async (cluster, length) =>
        {
            await using var connection = await cluster.Postgres.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
            await using var look = new Npgsql.NpgsqlCommand("select count(*) from jobscheduler.executions", connection, transaction);
            await look.ExecuteScalarAsync();
            await Task.Delay(length);
        }, Excuses: false),
        new("the host is killed in a rebuild", async (cluster, length) =>
        {
            var rebuilding = JobDriver.TryAsync(() => cluster.Api.SendAsync(HttpMethod.Post, "/read-models/executions/rebuild"));
            await Task.WhenAny(rebuilding, Task.Delay(length / 10));
            cluster.Host.Kill();
            await rebuilding;
            await cluster.StartHostAsync();
        }),
    ];
}
