namespace JobScheduler.Testing;

/// <summary>
/// The run's one PostgreSQL, for <c>[assembly: AssemblyFixture(typeof(PostgresFixture))]</c>: a private server in a temporary
/// directory, started at the first database asked for and deleted at the end. The environment's
/// <c>JOBSCHEDULER_TEST_POSTGRES</c> (a connection string whose user may create databases) names a server to use instead.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private static readonly SemaphoreSlim Starting = new(1);
    private static PrivateServer? s_server;

    /// <summary>A new empty database. All instances share the one server.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(CancellationToken ct = default) =>
        await TestDatabase.CreateAsync(Environment.GetEnvironmentVariable("JOBSCHEDULER_TEST_POSTGRES") ?? await ServerAsync(ct), ct);

    /// <summary>Stops and deletes the server; asked for another database, a new one starts.</summary>
    public async ValueTask DisposeAsync()
    {
        await Starting.WaitAsync();
        try
        {
            if (s_server is not null) await s_server.DisposeAsync();
            s_server = null;
        }
        finally
        {
            Starting.Release();
        }
    }

    private static async Task<string> ServerAsync(CancellationToken ct)
    {
        await Starting.WaitAsync(ct);
        try
        {
            s_server ??= await PrivateServer.StartAsync(ct);
            return s_server.ConnectionString;
        }
        finally
        {
            Starting.Release();
        }
    }
}
