using JobScheduler.EventStore;
using JobScheduler.Testing;
using Npgsql;

namespace JobScheduler.IntegrationTests.EventStore;

/// <summary>A database a test class.</summary>
public sealed class LogDatabase(PostgresFixture postgres) : IAsyncLifetime
{
    private TestDatabase? _database;

    public string ConnectionString => _database!.ConnectionString;

    public async ValueTask InitializeAsync() => _database = await postgres.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database!.DisposeAsync();

    /// <summary>An empty log in a schema of its own.</summary>
    internal Task<TestLog> NewLogAsync(params SchemaScript[] more) => TestLog.CreateAsync(ConnectionString, more);
}

/// <summary>An event log of one test's own, and the stores that stand for the nodes working on it.</summary>
internal sealed class TestLog : IAsyncDisposable
{
    private static int s_schemas;
    private readonly List<IAsyncDisposable> _opened = [];

    private TestLog(string connectionString)
    {
        ConnectionString = connectionString;
        DataSource = NpgsqlDataSource.Create(connectionString);
    }

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    public string Schema { get; } = $"log_{Interlocked.Increment(ref s_schemas)}";

    public string ConnectionString { get; }

    /// <summary>The test's own way to the tables.</summary>
    public NpgsqlDataSource DataSource { get; }

    public static async Task<TestLog> CreateAsync(string connectionString, params SchemaScript[] more)
    {
        var log = new TestLog(connectionString);
        await SchemaUpgrade.RunAsync(log.DataSource, log.Schema, [.. SchemaScript.EventStore, .. more]);
        return log;
    }

    /// <summary>A node: a store over a pool of its own, disposed with the log.</summary>
    public PostgresEventStore NewStore(
        EventStoreOptions? options = null,
        TimeProvider? time = null,
        string? connectionString = null,
        params IInlineProjection[] projections)
    {
        var dataSource = NpgsqlDataSource.Create(connectionString ?? ConnectionString);
        var store = new PostgresEventStore(
            dataSource, TestEvents.Types, projections, (options ?? new()) with { Schema = Schema }, time);
        _opened.Add(dataSource);
        _opened.Add(store);
        return store;
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql.Replace("{schema}", Schema, StringComparison.Ordinal));
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql.Replace("{schema}", Schema, StringComparison.Ordinal));
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Keeps every writer from committing until it is disposed.</summary>
    public async Task<IAsyncDisposable> HoldAppendLockAsync()
    {
        var connection = await DataSource.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(AppendConnection.LockSql(Schema), connection);
        await command.ExecuteNonQueryAsync();
        return new Held(connection, transaction);
    }

    /// <summary>Returns once the condition holds.</summary>
    public async Task UntilAsync(string condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await ScalarAsync<bool>($"select {condition}"))
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Returns once a session of this database waits for a lock of this kind, e.g. advisory or transactionid.</summary>
    public Task UntilWaitingForLockAsync(string kind = "advisory") => UntilAsync(
        $"""
        exists (select from pg_locks l join pg_stat_activity a using (pid)
                where l.locktype = '{kind}' and not l.granted and a.datname = current_database())
        """);

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in Enumerable.Reverse(_opened)) await opened.DisposeAsync();
        await DataSource.DisposeAsync();
    }

    private sealed class Held(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
