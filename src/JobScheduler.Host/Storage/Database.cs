using JobScheduler.EventStore;
using JobScheduler.Host.Configuration;
using JobScheduler.Host.EmbeddedPostgres;
using JobScheduler.Projections;
using JobScheduler.Projections.Health;
using Npgsql;

namespace JobScheduler.Host.Storage;

/// <summary>
/// The host's database, its schema up to date: the configured one, or a private PostgreSQL that lives as long as this.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    /// <summary>PostgreSQL cuts off what is longer than 63 bytes; the process's id tells nodes on one machine apart.</summary>
    private const int LongestMachineName = 40;

    private readonly EmbeddedPostgresServer? _embedded;

    private Database(NpgsqlDataSource dataSource, string schema, EmbeddedPostgresServer? embedded)
    {
        DataSource = dataSource;
        Schema = schema;
        _embedded = embedded;
    }

    public NpgsqlDataSource DataSource { get; }

    public string Schema { get; }

    /// <exception cref="ConfigurationException">The connection string does not parse.</exception>
    /// <exception cref="EmbeddedPostgresException">There is no private PostgreSQL to be had.</exception>
    /// <exception cref="NpgsqlException">The configured PostgreSQL cannot be reached.</exception>
    /// <exception cref="SchemaTooNewException">A newer version of this program has used the database.</exception>
    public static async Task<Database> OpenAsync(Settings settings, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var embedded = settings.ConnectionString is null
            ? await EmbeddedPostgresServer.StartAsync(settings.EmbeddedPostgres, loggers.CreateLogger<EmbeddedPostgresServer>(), cancellation)
            : null;
        var options = settings.Database;
        var database = new Database(DataSourceOf(settings.ConnectionString ?? embedded!.ConnectionString, options), options.Schema, embedded);
        try
        {
            await SchemaUpgrade.RunAsync(
                database.DataSource, options.Schema, [.. SchemaScript.EventStore, .. JobSchedulerLog.SchemaScripts], cancellation);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        if (_embedded is not null) await _embedded.DisposeAsync();
    }

    /// <summary>As PostgreSQL names this node's sessions; begins with <see cref="DatabaseQueries.SessionPrefix"/>.</summary>
    private static string SessionName
    {
        get
        {
            var machine = Environment.MachineName;
            return $"{DatabaseQueries.SessionPrefix}{machine[..Math.Min(machine.Length, LongestMachineName)]}:{Environment.ProcessId}";
        }
    }

    private static NpgsqlDataSource DataSourceOf(string connectionString, DatabaseOptions options)
    {
        try
        {
            var builder = new NpgsqlDataSourceBuilder(connectionString);
            builder.ConnectionStringBuilder.ApplicationName ??= SessionName;
            builder.ConnectionStringBuilder.MaxPoolSize = options.MaxConnections;
            if (builder.ConnectionStringBuilder.MaxAutoPrepare == 0) builder.ConnectionStringBuilder.MaxAutoPrepare = 100;
            // Sessions keep no state that a next user would mind; resetting them costs a round trip each time.
            builder.ConnectionStringBuilder.NoResetOnClose = true;
            // A half-open connection, such as the one that holds the lease, is noticed.
            if (builder.ConnectionStringBuilder.KeepAlive == 0) builder.ConnectionStringBuilder.KeepAlive = 30;
            return builder.Build();
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException($"Configuration key 'ConnectionStrings:{DatabaseOptions.ConnectionStringKey}': {e.Message}");
        }
    }
}
