using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>How far each subscription has come, in <c>mt_event_progression</c>.</summary>
internal sealed class Checkpoints(NpgsqlDataSource dataSource, string schema)
{
    /// <summary>Null when nothing was saved under the name.</summary>
    public async Task<long?> LoadAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select last_seq_id from {schema}.mt_event_progression where name = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    /// <summary>All of them, by name.</summary>
    public async Task<IReadOnlyList<Checkpoint>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"select name, coalesce(last_seq_id, 0), last_updated from {schema}.mt_event_progression order by name");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var all = new List<Checkpoint>();
        while (await reader.ReadAsync(cancellationToken))
            all.Add(new(reader.GetString(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2)));
        return all;
    }

    /// <summary>
    /// Never moves back. Does not wait for the disk: a checkpoint lost in a crash of PostgreSQL only means that events are handled again,
    /// which subscribers must bear anyway, and the next commit that does wait takes it along.
    /// </summary>
    public async Task SaveAsync(string name, long position, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new("begin"));
        batch.BatchCommands.Add(new("set local synchronous_commit = off"));
        batch.BatchCommands.Add(new(
            $"""
            insert into {schema}.mt_event_progression as progression (name, last_seq_id, last_updated)
            values ($1, $2, transaction_timestamp())
            on conflict on constraint pk_mt_event_progression do update
                set last_seq_id = excluded.last_seq_id, last_updated = excluded.last_updated
                where progression.last_seq_id < excluded.last_seq_id
            """)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = name }, new NpgsqlParameter<long> { TypedValue = position } },
        });
        batch.BatchCommands.Add(new("commit"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
