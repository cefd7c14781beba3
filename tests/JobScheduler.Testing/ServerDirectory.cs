using JobScheduler.Host.EmbeddedPostgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobScheduler.Testing;

/// <summary>A data directory to start servers over, and to look into.</summary>
internal sealed class ServerDirectory : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    // Longer than the 107 bytes that a Unix socket's path may have.
    public ServerDirectory() => Path = System.IO.Path.Combine(_temporary.Path, new string('d', 120), "postgres");

    public string Path { get; }

    /// <summary>Where a host process runs, so that it reads no settings file of the tests.</summary>
    public string WorkingDirectory => _temporary.Path;

    public PostgresCluster Cluster => new(Path);

    public EmbeddedPostgresOptions Options => new() { DataDirectory = Path, Settings = new Dictionary<string, string> { ["shared_buffers"] = "16MB" } };

    public Task<EmbeddedPostgresServer> StartAsync() => StartAsync(Options);

    public static Task<EmbeddedPostgresServer> StartAsync(EmbeddedPostgresOptions options) =>
        EmbeddedPostgresServer.StartAsync(options, NullLogger.Instance, CancellationToken.None);

    /// <summary>Makes the cluster, and leaves it without a server.</summary>
    public async Task PrepareAsync() => await (await StartAsync()).DisposeAsync();

    public static Task<string?> AskAsync(EmbeddedPostgresServer server, string sql) => AskAsync(server.ConnectionString, sql);

    public static async Task<string?> AskAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    public void Dispose() => _temporary.Dispose();
}
