using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace JobScheduler.EventStore;

/// <summary>The log's reads. Each sees only what is committed.</summary>
internal sealed class EventReader(NpgsqlDataSource dataSource, EventSelect select, EventDirectory directory)
{
    private readonly TypedFeed _typed = new(dataSource, select, directory);

    /// <summary>
    /// A prefix of the stream: also if nodes' clocks differ, what follows an event later than <paramref name="timestamp"/> is left out.
    /// </summary>
    public async IAsyncEnumerable<StoredEvent> StreamAsync(
        Guid id, long? version, DateTimeOffset? timestamp, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"{select.Sql} where stream_id = $1 and version <= $2 order by version");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = version ?? long.MaxValue });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var stored = select.Read(reader);
            if (stored.Timestamp > timestamp) break;
            yield return stored;
        }
    }

    public async Task<IReadOnlyList<StoredEvent>> StreamsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"{select.Sql} where stream_id = any($1) order by seq_id");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<StoredEvent>();
        while (await reader.ReadAsync(cancellationToken)) events.Add(select.Read(reader));
        return events;
    }

    public async Task<FeedPage> FeedAsync(
        long after, IReadOnlyCollection<string>? eventTypes, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (eventTypes is not null) return await _typed.PageAsync(after, eventTypes, limit, cancellationToken);
        var command = new NpgsqlBatchCommand($"{select.Sql} where seq_id > $1 order by seq_id limit $2")
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = after }, new NpgsqlParameter<int> { TypedValue = limit } },
        };
        var (mark, events) = await select.WithMarkAsync(dataSource, command, cancellationToken);
        return FeedPage.Of(events, after, limit, mark);
    }

    /// <summary>
    /// No index leads to events of a type or subject, and none may be added (see Schema/0001_event_log.sql): what bounds the read is
    /// the stretch of sequences, which the primary key is read backwards over.
    /// </summary>
    public async Task<PastPage> LookBackAsync(
        long? before, EventFilter filter, int limit, long window, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        var end = before ?? await HighWaterMarkAsync(cancellationToken) + 1;
        var lowest = Math.Max(1, end - window);
        var wanted = (filter.Types is null ? "" : " and type = any($4)")
            + (filter.About is null ? "" : " and (stream_id = any($5) or data @> $6)");
        await using var command = dataSource.CreateCommand($"{select.Sql} where seq_id >= $1 and seq_id < $2{wanted} order by seq_id desc limit $3");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = lowest });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = end });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. filter.Types ?? []] });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. filter.About?.Streams ?? []] });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = filter.About?.Data ?? "{}", NpgsqlDbType = NpgsqlDbType.Jsonb });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<StoredEvent>();
        while (await reader.ReadAsync(cancellationToken)) events.Add(select.Read(reader));
        return new(events, end, events.Count == limit ? events[^1].Sequence : lowest);
    }

    public async Task<IReadOnlyList<StoredEvent>> StreamPageAsync(Guid id, long after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        await using var command = dataSource.CreateCommand($"{select.Sql} where stream_id = $1 and version > $2 order by version limit $3");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<StoredEvent>();
        while (await reader.ReadAsync(cancellationToken)) events.Add(select.Read(reader));
        return events;
    }

    public async Task<long> HighWaterMarkAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(select.HighWaterMarkSql);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
