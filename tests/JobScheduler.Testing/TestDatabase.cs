using Npgsql;

namespace JobScheduler.Testing;

/// <summary>An empty database of one test's or test class's own; dropped when disposed, whoever is still connected.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _administration;

    private TestDatabase(string administration, string name)
    {
        _administration = administration;
        Name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(administration) { Database = name, Pooling = true }.ConnectionString;
    }

    public string Name { get; }

    public string ConnectionString { get; }

    internal static async Task<TestDatabase> CreateAsync(string server, CancellationToken ct)
    {
        var administration = new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString;
        var database = new TestDatabase(administration, $"test_{Guid.NewGuid():N}");
        await ExecuteAsync(administration, $"CREATE DATABASE {database.Name} TEMPLATE template0", ct);
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString)) NpgsqlConnection.ClearPool(connection);
        await ExecuteAsync(_administration, $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)", CancellationToken.None);
    }

    private static async Task ExecuteAsync(string connectionString, string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
