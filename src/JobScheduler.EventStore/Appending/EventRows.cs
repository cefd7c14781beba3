using Npgsql;
using NpgsqlTypes;

namespace JobScheduler.EventStore;

/// <summary>The two statements that write a batch, one row of the arrays a stream or an event. The buffers are kept from batch to batch.</summary>
internal sealed class EventRows(string schema)
{
    private readonly string upsertStreams =
        $"""
        insert into {schema}.mt_streams (id, type, version, timestamp, created, tenant_id, is_archived)
        select s.id, s.type, s.version, $4, $4, '*DEFAULT*', false
        from unnest($1, $2, $3) as s (id, type, version)
        on conflict on constraint pkey_mt_streams_id do update set version = excluded.version, timestamp = excluded.timestamp
        """;

    private readonly string insertEvents =
        $"""
        insert into {schema}.mt_events
            (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived, correlation_id, causation_id, headers)
        select e.seq_id, e.id, e.stream_id, e.version, e.data, e.type, $10, '*DEFAULT*', e.dotnet_type, false, e.correlation_id, e.causation_id, e.headers
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $11)
            as e (seq_id, id, stream_id, version, data, type, dotnet_type, correlation_id, causation_id, headers)
        """;

    private readonly List<Guid> streams = [];
    private readonly List<string> streamTypes = [];
    private readonly List<long> streamVersions = [];

    private readonly List<long> sequences = [];
    private readonly List<Guid> ids = [];
    private readonly List<Guid> streamIds = [];
    private readonly List<long> versions = [];
    private readonly List<byte[]> data = [];
    private readonly List<string> types = [];
    private readonly List<string> dotNetTypes = [];
    private readonly List<string?> correlationIds = [];
    private readonly List<string?> causationIds = [];
    private readonly List<byte[]?> headers = [];

    public NpgsqlBatchCommand UpsertStreams(AppendBatch batch)
    {
        streams.Clear();
        streamTypes.Clear();
        streamVersions.Clear();
        foreach (var (id, type) in batch.Touched)
        {
            streams.Add(id);
            streamTypes.Add(type);
            streamVersions.Add(batch.Versions[id]);
        }

        return new(upsertStreams)
        {
            Parameters =
            {
                Column(streams, NpgsqlDbType.Uuid),
                Column(streamTypes, NpgsqlDbType.Text),
                Column(streamVersions, NpgsqlDbType.Bigint),
                new NpgsqlParameter<DateTimeOffset> { TypedValue = batch.Events[0].Timestamp },
            },
        };
    }

    public NpgsqlBatchCommand InsertEvents(AppendBatch batch)
    {
        Clear();
        for (var i = 0; i < batch.Events.Count; i++)
        {
            var stored = batch.Events[i];
            sequences.Add(stored.Sequence);
            ids.Add(stored.Id);
            streamIds.Add(stored.StreamId);
            versions.Add(stored.Version);
            data.Add(batch.Payloads[i].Json);
            types.Add(stored.Type.Name);
            dotNetTypes.Add(stored.Type.DotNetType);
            correlationIds.Add(stored.Metadata.CorrelationId);
            causationIds.Add(stored.Metadata.CausationId);
            headers.Add(batch.Payloads[i].Headers);
        }

        return new(insertEvents)
        {
            Parameters =
            {
                Column(sequences, NpgsqlDbType.Bigint),
                Column(ids, NpgsqlDbType.Uuid),
                Column(streamIds, NpgsqlDbType.Uuid),
                Column(versions, NpgsqlDbType.Bigint),
                Column(data, NpgsqlDbType.Jsonb),
                Column(types, NpgsqlDbType.Text),
                Column(dotNetTypes, NpgsqlDbType.Text),
                Column(correlationIds, NpgsqlDbType.Text),
                Column(causationIds, NpgsqlDbType.Text),
                new NpgsqlParameter<DateTimeOffset> { TypedValue = batch.Events[0].Timestamp },
                Column(headers, NpgsqlDbType.Jsonb),
            },
        };
    }

    private static NpgsqlParameter<List<T>> Column<T>(List<T> values, NpgsqlDbType element) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | element };

    private void Clear()
    {
        sequences.Clear();
        ids.Clear();
        streamIds.Clear();
        versions.Clear();
        data.Clear();
        types.Clear();
        dotNetTypes.Clear();
        correlationIds.Clear();
        causationIds.Clear();
        headers.Clear();
    }
}
