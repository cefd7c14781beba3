using Npgsql;
using NpgsqlTypes;

namespace JobScheduler.EventStore;

/// <summary>
/// The two statements that write a batch, one row of the arrays a stream or an event. The buffers are kept from batch to batch.
/// </summary>
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
            (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived,
             correlation_id, causation_id, headers)
        select e.seq_id, e.id, e.stream_id, e.version, e.data, e.type, $10, '*DEFAULT*', e.dotnet_type, false,
               e.correlation_id, e.causation_id, e.headers
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $11)
            as e (seq_id, id, stream_id, version, data, type, dotnet_type, correlation_id, causation_id, headers)
        """;

    private readonly List<Guid> _streams = [];
    private readonly List<string> _streamTypes = [];
    private readonly List<long> _streamVersions = [];

    private readonly List<long> _sequences = [];
    private readonly List<Guid> _ids = [];
    private readonly List<Guid> _streamIds = [];
    private readonly List<long> _versions = [];
    private readonly List<byte[]> _data = [];
    private readonly List<string> _types = [];
    private readonly List<string> _dotNetTypes = [];
    private readonly List<string?> _correlationIds = [];
    private readonly List<string?> _causationIds = [];
    private readonly List<byte[]?> _headers = [];

    public NpgsqlBatchCommand UpsertStreams(AppendBatch batch)
    {
        _streams.Clear();
        _streamTypes.Clear();
        _streamVersions.Clear();
        foreach (var (id, type) in batch.Touched)
        {
            _streams.Add(id);
            _streamTypes.Add(type);
            _streamVersions.Add(batch.Versions[id]);
        }

        return new(upsertStreams)
        {
            Parameters =
            {
                Column(_streams, NpgsqlDbType.Uuid),
                Column(_streamTypes, NpgsqlDbType.Text),
                Column(_streamVersions, NpgsqlDbType.Bigint),
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
            _sequences.Add(stored.Sequence);
            _ids.Add(stored.Id);
            _streamIds.Add(stored.StreamId);
            _versions.Add(stored.Version);
            _data.Add(batch.Payloads[i].Json);
            _types.Add(stored.Type.Name);
            _dotNetTypes.Add(stored.Type.DotNetType);
            _correlationIds.Add(stored.Metadata.CorrelationId);
            _causationIds.Add(stored.Metadata.CausationId);
            _headers.Add(batch.Payloads[i].Headers);
        }

        return new(insertEvents)
        {
            Parameters =
            {
                Column(_sequences, NpgsqlDbType.Bigint),
                Column(_ids, NpgsqlDbType.Uuid),
                Column(_streamIds, NpgsqlDbType.Uuid),
                Column(_versions, NpgsqlDbType.Bigint),
                Column(_data, NpgsqlDbType.Jsonb),
                Column(_types, NpgsqlDbType.Text),
                Column(_dotNetTypes, NpgsqlDbType.Text),
                Column(_correlationIds, NpgsqlDbType.Text),
                Column(_causationIds, NpgsqlDbType.Text),
                new NpgsqlParameter<DateTimeOffset> { TypedValue = batch.Events[0].Timestamp },
                Column(_headers, NpgsqlDbType.Jsonb),
            },
        };
    }

    private static NpgsqlParameter<List<T>> Column<T>(List<T> values, NpgsqlDbType element) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | element };

    private void Clear()
    {
        _sequences.Clear();
        _ids.Clear();
        _streamIds.Clear();
        _versions.Clear();
        _data.Clear();
        _types.Clear();
        _dotNetTypes.Clear();
        _correlationIds.Clear();
        _causationIds.Clear();
        _headers.Clear();
    }
}
