using Npgsql;

namespace JobScheduler.Host.EmbeddedPostgres;

/// <summary>
/// A PostgreSQL server of the host's own, for when no connection string is configured. It lives as long as the host does: it is
/// started again should it end by itself, and ends with the host, however the host ends.
/// </summary>
internal sealed class EmbeddedPostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);

    private readonly DataDirectoryLock _lock;
    private readonly PostgresLauncher _launcher;
    private readonly ILogger _logger;
    private readonly int _port;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _watch;
    private PostgresProcess? _process;

    private EmbeddedPostgresServer(
        DataDirectoryLock dataLock, PostgresLauncher launcher, PostgresProcess process, int port, string connectionString, ILogger logger)
    {
        (_lock, _launcher, _process, _port, _logger) = (dataLock, launcher, process, port, logger);
        ConnectionString = connectionString;
        _watch = Task.Run(WatchAsync);
    }

    /// <summary>To the options' database; stays the same when the server has to be started again.</summary>
    public string ConnectionString { get; }

    /// <exception cref="EmbeddedPostgresException">It cannot be had; the message says why and what to do.</exception>
    /// <exception cref="PlatformNotSupportedException">On Windows.</exception>
    public static async Task<EmbeddedPostgresServer> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException($"The host starts no PostgreSQL of its own on Windows: {EmbeddedPostgresException.UseYourOwn}.");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StartTimeout, TimeSpan.FromSeconds(1));

        var cluster = new PostgresCluster(Path.GetFullPath(options.DataDirectory));
        var dataLock = await DataDirectoryLock.AcquireAsync(cluster.Root, ct);
        PostgresProcess? process = null;
        try
        {
            var account = await ServerAccount.ForAsync(cluster, ct);
            var binaries = await PostgresBinaries.FindAsync(options.BinDirectory, cluster.ReadMajor(), cluster.Root, ct);
            var password = await cluster.PrepareAsync(binaries, account, ct);
            var launcher = new PostgresLauncher(binaries, account, cluster, options, logger);
            (process, var port) = await launcher.StartAsync(fixedPort: null, ct);
            var connection = new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1",
                Port = port,
                Username = PostgresCluster.SuperUser,
                Password = password,
                Database = options.Database,
            };
            await CreateDatabaseAsync(connection, ct);
            logger.LogInformation(
                "PostgreSQL {Major} of the host's own is ready on 127.0.0.1:{Port}, data in {Directory}", binaries.Major, port, cluster.Root);
            return new EmbeddedPostgresServer(dataLock, launcher, process, port, connection.ConnectionString, logger);
        }
        catch
        {
            if (process is not null) await process.DisposeAsync();
            dataLock.Dispose();
            throw;
        }
    }

    /// <summary>A fast shutdown; completes when the server is down and the directory free for another host.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        await _watch;
        if (_process is not null) await _process.DisposeAsync();
        _lock.Dispose();
        _stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        while (true)
        {
            var stopping = Task.Delay(Timeout.Infinite, _stopping.Token);
            if (await Task.WhenAny(_process!.Exited, stopping) == stopping) return;

            _logger.LogError("PostgreSQL has ended by itself; starting it again");
            await _process.DisposeAsync();
            _process = null;
            if (await RestartAsync() is not { } process) return;
            _process = process;
        }
    }

    // Null when the host stops meanwhile.
    private async Task<PostgresProcess?> RestartAsync()
    {
        while (true)
            try
            {
                var (process, _) = await _launcher.StartAsync(_port, _stopping.Token);
                _logger.LogInformation("PostgreSQL is ready again on 127.0.0.1:{Port}", _port);
                return process;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            catch (Exception e) // whatever the reason, a host without its database is of no use: try again
            {
                _logger.LogError(e, "PostgreSQL could not be started again");
                await Task.WhenAny(Task.Delay(RestartPause, _stopping.Token)); // WhenAny: the next attempt sees the cancellation
            }
    }

    private static async Task CreateDatabaseAsync(NpgsqlConnectionStringBuilder connection, CancellationToken ct)
    {
        var administration = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Database = "postgres", Pooling = false };
        await using var source = NpgsqlDataSource.Create(administration.ConnectionString);
        await using var exists = source.CreateCommand("SELECT 1 FROM pg_database WHERE datname = $1");
        exists.Parameters.Add(new NpgsqlParameter { Value = connection.Database });
        if (await exists.ExecuteScalarAsync(ct) is not null) return;

        using var quoting = new NpgsqlCommandBuilder();
        await using var create = source.CreateCommand($"CREATE DATABASE {quoting.QuoteIdentifier(connection.Database!)}");
        await create.ExecuteNonQueryAsync(ct);
    }
}
