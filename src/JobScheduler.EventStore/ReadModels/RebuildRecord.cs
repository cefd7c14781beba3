using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>The row of <c>rebuilds</c> that a read model's rebuild writes as it gets on.</summary>
internal sealed class RebuildRecord(PostgresEventStore store, ReadModel model)
{
    private readonly string _table = $"{store.Schema}.rebuilds";

    /// <summary>The advisory lock that whoever rebuilds the model holds.</summary>
    public string LockKey { get; } = $"hashtextextended('{store.Schema}.rebuild.{model.Name}', 0)";

    /// <summary>Of the code that projects: changes with every change of it.</summary>
    private Guid Build => model.GetType().Module.ModuleVersionId;

    /// <summary>Where an interrupted rebuild by the same code goes on; <c>null</c>: there is none.</summary>
    public async Task<(long Position, long Events)?> ResumeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            update {_table}
            set state = 'RUNNING', resumed_from = position, updated_at = now(), compared_at = null, differences = null, cancel_requested = false
            where name = $1 and build = $2 and state in ('RUNNING', 'COMPARED')
            returning position, events
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = model.Name });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Build });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    public async Task BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            insert into {_table} (name, state, build, position, events, high_water_mark, started_at, updated_at, cancel_requested)
            values ($1, 'RUNNING', $2, 0, 0, 0, now(), now(), false)
            on conflict (name) do update set
                state = 'RUNNING', build = $2, position = 0, events = 0, high_water_mark = 0, resumed_from = null, started_at = now(), updated_at = now(),
                compared_at = null, differences = null, error = null, cancel_requested = false
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = model.Name });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Build });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Within the transaction that writes the rows replayed up to <paramref name="at"/>.</summary>
    /// <exception cref="RebuildCancelledException">Somebody has asked for that.</exception>
    public async Task AdvanceAsync(NpgsqlConnection connection, RebuildProgress at, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            update {_table} set position = $2, events = $3, high_water_mark = $4, updated_at = now() where name = $1
            returning cancel_requested
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = model.Name });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = at.Position });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = at.Events });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = at.HighWaterMark });
        if (await command.ExecuteScalarAsync(cancellationToken) is true) throw new RebuildCancelledException(model.Name);
    }

    public async Task ComparedAsync(
        NpgsqlConnection connection, long at, IReadOnlyList<TableDifference> tables, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"update {_table} set compared_at = $2, differences = $3::jsonb, updated_at = now() where name = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = model.Name });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = at });
        command.Parameters.Add(new NpgsqlParameter<string>
        {
            TypedValue = JsonSerializer.Serialize(tables, RebuildJson.Default.IReadOnlyListTableDifference),
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task EndAsync(NpgsqlConnection connection, RebuildState state, string? error, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"update {_table} set state = $2, error = $3, updated_at = now() where name = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = model.Name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Stored(state) });
        command.Parameters.Add(new() { Value = error ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Varchar });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Asks whoever runs the rebuild to give it up, and breaks off the statement it is at, which may take long. False: nobody runs it, or
    /// it has come to its end.
    /// </summary>
    public async Task<bool> RequestCancelAsync(CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            with runner as (select pid {Runner}),
            asked as (update {_table} set cancel_requested = true where name = $1 and state = 'RUNNING' and exists (select from runner) returning name)
            select count(*) > 0 from asked
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = model.Name });
        if (await command.ExecuteScalarAsync(cancellationToken) is not true) return false;
        await using var breakOff = store.DataSource.CreateCommand($"select pg_cancel_backend(pid) {Runner}");
        await breakOff.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    public async Task<bool> IsCancelRequestedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select cancel_requested from {_table} where name = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = model.Name });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary><c>null</c>: the model was never rebuilt.</summary>
    public async Task<RebuildStatus?> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            select state, events, position, high_water_mark, resumed_from, started_at, updated_at, compared_at, differences::text, error,
                   exists (select {Runner})
            from {_table} where name = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = model.Name });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        var state = Enum.GetValues<RebuildState>().First(s => Stored(s) == reader.GetString(0));
        return new(
            model.Name,
            state == RebuildState.Running && !reader.GetBoolean(10) ? RebuildState.Interrupted : state,
            reader.GetInt64(1),
            reader.GetInt64(2),
            reader.GetInt64(3),
            reader.IsDBNull(4) ? null : reader.GetInt64(4),
            reader.GetFieldValue<DateTimeOffset>(5),
            reader.GetFieldValue<DateTimeOffset>(6),
            reader.IsDBNull(7) ? null : reader.GetInt64(7),
            reader.IsDBNull(8) ? [] : JsonSerializer.Deserialize(reader.GetString(8), RebuildJson.Default.IReadOnlyListTableDifference)!,
            reader.IsDBNull(9) ? null : reader.GetString(9));
    }

    /// <summary>The session that holds the lock. PostgreSQL shows a lock's 64 bits in two halves.</summary>
    private string Runner =>
        $"""
        from pg_locks
        where locktype = 'advisory' and granted and objsubid = 1
          and database = (select oid from pg_database where datname = current_database())
          and ((classid::bigint << 32) | objid::bigint) = {LockKey}
        """;

    private static string Stored(RebuildState state) => state.ToString().ToUpperInvariant();
}

[JsonSerializable(typeof(IReadOnlyList<TableDifference>))]
internal sealed partial class RebuildJson : JsonSerializerContext;
