using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;
using JobScheduler.Host.EmbeddedPostgres;
using JobScheduler.Projections;
using JobScheduler.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobScheduler.Bench.Load;

/// <summary>A fresh PostgreSQL of one run's own, with the settings that the product gives its private server.</summary>
internal sealed class BenchPostgres : IAsyncDisposable
{
    public const string Schema = "jobscheduler";

    private readonly TemporaryDirectory _directory;
    private readonly EmbeddedPostgresServer _server;

    private BenchPostgres(TemporaryDirectory directory, EmbeddedPostgresServer server)
    {
        (_directory, _server) = (directory, server);
        DataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { ApplicationName = "bench", CommandTimeout = 0 });
    }

    public string ConnectionString => _server.ConnectionString;

    /// <summary>The bench's own connections.</summary>
    public NpgsqlDataSource DataSource { get; }

    public static async Task<BenchPostgres> StartAsync()
    {
        var directory = new TemporaryDirectory();
        try
        {
            var options = new EmbeddedPostgresOptions { DataDirectory = directory.Path };
            return new(directory, await EmbeddedPostgresServer.StartAsync(options, NullLogger.Instance, CancellationToken.None));
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>The product's tables, for what is to be in them before a host starts.</summary>
    public Task CreateTablesAsync() =>
        SchemaUpgrade.RunAsync(DataSource, Schema, [.. SchemaScript.EventStore, .. JobSchedulerLog.SchemaScripts]);

    /// <summary>Executions of instants in [from, to) that are recorded as completed.</summary>
    /// <param name="jobs">Of these jobs; <c>null</c>: of all.</param>
    public async Task<int> CompletedAsync(DateTimeOffset from, DateTimeOffset to, IReadOnlyCollection<Guid>? jobs = null) => (int)await CountAsync(
        $"""
        select count(*) from {Schema}.executions
        where id >= $1 and id < $2 and status = 'COMPLETED' and ($3 is null or job_id = any ($3))
        """,
        new NpgsqlParameter<Guid> { TypedValue = ExecutionId.FirstAt(from) },
        new NpgsqlParameter<Guid> { TypedValue = ExecutionId.FirstAt(to) },
        new() { Value = jobs?.ToArray() ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Uuid });

    public async Task<long> CountAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = DataSource.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <param name="sql">Selects ids.</param>
    public async Task<IReadOnlyList<Guid>> IdsAsync(string sql, params object[] parameters)
    {
        await using var command = DataSource.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync()) ids.Add(reader.GetGuid(0));
        return ids;
    }

    /// <summary>What hosts would have done in time: the directory of the log.</summary>
    public async Task WriteDirectoryAsync()
    {
        var directory = new EventDirectory(DataSource, Schema, new DirectoryShape { AtOnce = 64 });
        while (await directory.StepAsync(CancellationToken.None) is { } step && step.End < step.Complete) { }
    }

    /// <summary>What autovacuum would have done in time: the planner's figures, the visibility maps.</summary>
    public async Task VacuumAsync()
    {
        await using var command = DataSource.CreateCommand("vacuum analyze");
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>At random.</summary>
    public Task<IReadOnlyList<Guid>> SomeJobsAsync(int count) => IdsAsync($"select id from {Schema}.jobs order by random() limit $1", count);

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _server.DisposeAsync();
        _directory.Dispose();
    }
}
