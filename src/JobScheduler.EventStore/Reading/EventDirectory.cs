using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>What is in a stretch of the log.</summary>
/// <param name="Stretch">Its number, from 0.</param>
/// <param name="Events">How many events of one type it held when it was described, from 1.</param>
/// <param name="Sequences">Where they are; null: too many to list.</param>
internal sealed record DirectoryEntry(long Stretch, int Events, long[]? Sequences);

/// <summary>What the directory knows.</summary>
/// <param name="End">The first stretch that it does not reach.</param>
/// <param name="Entries">By stretch; several of one stretch are of different types.</param>
internal sealed record DirectoryExtract(long End, IReadOnlyList<DirectoryEntry> Entries)
{
    public long Events => Entries.Sum(entry => (long)entry.Events);
}

/// <summary>How far a step has brought the directory.</summary>
/// <param name="End">The first stretch that it does not reach now.</param>
/// <param name="Complete">The first stretch of the log that may still grow: the directory's end, once nothing is left to do.</param>
internal sealed record DirectoryStep(long End, long Complete);

/// <summary>
/// The table <c>event_directory</c>: for each complete stretch of the log, which types of event it holds and where (see
/// Schema/0003_event_directory.sql).
/// <para>
/// A stretch is complete when the log has an event past it. Sequence numbers become visible in order (see <see
/// cref="AppendConnection"/>), so it does not change any more, and its rows hold for good.
/// </para>
/// </summary>
internal sealed class EventDirectory(NpgsqlDataSource dataSource, string schema, DirectoryShape shape)
{
    public DirectoryShape Shape => shape;

    /// <summary>
    /// The entries of these types (none twice), from a stretch on, up to and with the one by which they come to <paramref name="events"/>
    /// (from 1) in all; if they never do, all there are before the directory's end.
    /// </summary>
    public async Task<DirectoryExtract> ExtractAsync(string[] types, long from, int events, CancellationToken cancellationToken)
    {
        // One statement, hence one snapshot: were the table emptied in between, an end without its entries would hide events.
        await using var command = dataSource.CreateCommand(
            $"""
            select reached.stretch, entry.stretch, entry.events, entry.seq_ids
            from (select coalesce(max(stretch) + 1, 0) as stretch from {schema}.event_directory) as reached
            left join (
                select near.*, sum(near.events) over (order by near.stretch range between unbounded preceding and 1 preceding) as before
                from unnest($1) as wanted (type)
                cross join lateral (
                    select stretch, events, seq_ids from {schema}.event_directory
                    where type = wanted.type and stretch >= $2 order by stretch limit $3
                ) as near
            ) as entry on coalesce(entry.before, 0) < $3
            order by entry.stretch
            """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = types });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = events });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var end = 0L;
        var entries = new List<DirectoryEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            end = reader.GetInt64(0);
            if (reader.IsDBNull(1)) continue;
            entries.Add(new(reader.GetInt64(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetFieldValue<long[]>(3)));
        }

        return new(end, entries);
    }

    /// <summary>
    /// Describes the next complete stretches, <see cref="DirectoryShape.AtOnce"/> at the most. Callers of all processes take turns, and
    /// each goes on where the last one ended.
    /// </summary>
    public async Task<DirectoryStep> StepAsync(CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new("begin isolation level read committed"));
        // As in AppendConnection: the plan must not be one for a small log when the log has grown, nor be compiled.
        batch.BatchCommands.Add(new("set local enable_seqscan = off"));
        batch.BatchCommands.Add(new("set local jit = off"));
        // Against other writers and whoever deletes or truncates, not against readers. The statement after it sees what they have done.
        batch.BatchCommands.Add(new($"lock table {schema}.event_directory in share row exclusive mode"));
        batch.BatchCommands.Add(new(
            $"""
            with complete as materialized (select coalesce(max(seq_id), 0) / {shape.Stretch} as stretch from {schema}.mt_events),
            -- Numbers that were never used may fill whole stretches, which have no rows: go on where there is an event.
            first as materialized (
                select min(seq_id) / {shape.Stretch} as stretch from {schema}.mt_events
                where seq_id >= (select coalesce(max(stretch) + 1, 0) * {shape.Stretch} from {schema}.event_directory)
            ),
            ended as materialized (select least(first.stretch + {shape.AtOnce}, complete.stretch) as stretch from first, complete),
            written as (
                insert into {schema}.event_directory (type, stretch, events, seq_ids)
                select type, seq_id / {shape.Stretch}, count(*),
                       case when count(*) <= {shape.MostListed} then array_agg(seq_id order by seq_id) end
                from {schema}.mt_events
                where seq_id >= (select stretch * {shape.Stretch} from first) and seq_id < (select stretch * {shape.Stretch} from ended)
                group by type, seq_id / {shape.Stretch}
            )
            select ended.stretch, complete.stretch from ended, complete
            """));
        batch.BatchCommands.Add(new("commit"));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(reader.GetInt64(0), reader.GetInt64(1));
    }
}
