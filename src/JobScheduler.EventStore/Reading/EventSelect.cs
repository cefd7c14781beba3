using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>How events are selected, and what becomes of their columns.</summary>
internal sealed class EventSelect(string schema, EventTypes types)
{
    /// <summary>Up to and with the table; a condition may follow.</summary>
    public string Sql { get; } =
        $"select seq_id, id, stream_id, version, timestamp, type, data, correlation_id, causation_id, headers from {schema}.mt_events";

    public string HighWaterMarkSql { get; } = $"select coalesce(max(seq_id), 0) from {schema}.mt_events";

    /// <summary>
    /// The high-water mark, and then what <paramref name="command"/> finds. The mark's snapshot is the earlier one, so whatever matched up
    /// to the mark is among the events; and sequence numbers become visible in order (see <see cref="AppendConnection"/>), so nothing
    /// below the mark comes later.
    /// </summary>
    public async Task<(long Mark, List<StoredEvent> Events)> WithMarkAsync(
        NpgsqlDataSource dataSource, NpgsqlBatchCommand command, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new(HighWaterMarkSql));
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var mark = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        var events = new List<StoredEvent>();
        while (await reader.ReadAsync(cancellationToken)) events.Add(Read(reader));
        return (mark, events);
    }

    /// <exception cref="UnknownEventTypeException">The event's type is not registered.</exception>
    public StoredEvent Read(NpgsqlDataReader row)
    {
        var type = types.Named(row.GetString(5));
        return new(
            row.GetInt64(0), row.GetGuid(1), row.GetGuid(2), row.GetInt64(3), row.GetFieldValue<DateTimeOffset>(4),
            type, type.Deserialize(row.GetFieldValue<byte[]>(6)), Metadata(row));
    }

    private static EventMetadata Metadata(NpgsqlDataReader row)
    {
        var correlationId = row.IsDBNull(7) ? null : row.GetString(7);
        var causationId = row.IsDBNull(8) ? null : row.GetString(8);
        var headers = row.IsDBNull(9) ? null : HeadersJson.Deserialize(row.GetFieldValue<byte[]>(9));
        return correlationId is null && causationId is null && headers is null
            ? EventMetadata.None
            : new(correlationId, causationId, headers);
    }
}
