using System.Data;
using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>Brings a database's schema up to what the program knows.</summary>
public static class SchemaUpgrade
{
    /// <summary>
    /// Creates the schema if it is missing and applies, each in its own transaction, the scripts not yet applied: modules in the order
    /// given, versions ascending. Hosts that start together wait for one another. Returns the scripts that this call applied.
    /// </summary>
    /// <exception cref="SchemaTooNewException">The database has a version of a module that the scripts do not reach.</exception>
    /// <exception cref="ArgumentException">A bad schema name, or a module's versions are not 1, 2, 3, ….</exception>
    public static async Task<IReadOnlyList<SchemaScript>> RunAsync(
        NpgsqlDataSource dataSource, string schema, IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        SchemaName.Validate(schema);
        var modules = scripts.GroupBy(script => script.Module).Select(Numbered).ToList();

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // A session lock, for it spans several transactions.
        await ExecuteAsync(connection, $"select pg_advisory_lock(hashtextextended('{schema}.upgrade', 0))", cancellationToken);
        try
        {
            return await ApplyPendingAsync(connection, schema, modules, cancellationToken);
        }
        finally
        {
            // The connection may go back to its pool as it is. A dead one holds no lock.
            if (connection.FullState == ConnectionState.Open)
                await ExecuteAsync(connection, $"select pg_advisory_unlock(hashtextextended('{schema}.upgrade', 0))", CancellationToken.None);
        }
    }

    private static async Task<List<SchemaScript>> ApplyPendingAsync(
        NpgsqlConnection connection, string schema, List<(string Module, List<SchemaScript> Scripts)> modules, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, CreateVersions(schema), cancellationToken);
        var current = await CurrentVersionsAsync(connection, schema, cancellationToken);

        foreach (var (module, known) in modules)
        {
            var version = current.GetValueOrDefault(module);
            if (version > known.Count) throw new SchemaTooNewException(module, version, known.Count);
        }

        var pending = modules.SelectMany(module => module.Scripts.Skip(current.GetValueOrDefault(module.Module))).ToList();
        foreach (var script in pending) await ApplyAsync(connection, schema, script, cancellationToken);
        return pending;
    }

    private static (string Module, List<SchemaScript> Scripts) Numbered(IGrouping<string, SchemaScript> module)
    {
        var ordered = module.OrderBy(script => script.Version).ToList();
        return ordered.Select(script => script.Version).SequenceEqual(Enumerable.Range(1, ordered.Count))
            ? (module.Key, ordered)
            : throw new ArgumentException($"The scripts of module '{module.Key}' are not numbered 1, 2, 3, … without a gap.");
    }

    private static string CreateVersions(string schema) =>
        $"""
        create schema if not exists {schema};
        create table if not exists {schema}.schema_versions (
            module      text                     not null,
            version     integer                  not null,
            name        text                     not null,
            applied_at  timestamp with time zone not null default now(),
            primary key (module, version)
        );
        """;

    private static async Task<Dictionary<string, int>> CurrentVersionsAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select module, max(version) from {schema}.schema_versions group by module", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var versions = new Dictionary<string, int>();
        while (await reader.ReadAsync(cancellationToken)) versions.Add(reader.GetString(0), reader.GetInt32(1));
        return versions;
    }

    private static async Task ApplyAsync(
        NpgsqlConnection connection, string schema, SchemaScript script, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, script.Sql.Replace("{schema}", schema, StringComparison.Ordinal), cancellationToken);
        await using var record = new NpgsqlCommand(
            $"insert into {schema}.schema_versions (module, version, name) values ($1, $2, $3)", connection)
        {
            Parameters = { new() { Value = script.Module }, new() { Value = script.Version }, new() { Value = script.Name } },
        };
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // Without a time limit: another host's upgrade, or a script over a large table, may take minutes.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
