using System.Text.Json;
using System.Text.Json.Nodes;
using JobScheduler.Domain;
using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace JobScheduler.Projections.Jobs;

/// <summary>The jobs as they are now: <c>jobs</c>, deleted ones included, and <c>job_totals</c> (one row: how many are active).</summary>
public sealed class JobsReadModel : ReadModel
{
    /// <summary>Shards are numbered from 0 to one less than this; a job's follows from its id.</summary>
    public const int Shards = 1024;

    public override string Name => "jobs";

    public override IReadOnlyList<string> Tables { get; } = ["jobs", "job_totals"];

    /// <summary>The stored names of the events of a job's stream.</summary>
    public static IReadOnlyCollection<string> EventNames { get; } = EventCatalog.NamesIn(EventCatalog.JobStream);

    public override IReadOnlyCollection<string> EventTypes => EventNames;

    protected override void Write(IReadOnlyList<StoredEvent> events, string schema, NpgsqlBatch batch)
    {
        var created = new List<StoredEvent>();
        var changes = new Dictionary<Guid, Change>();
        foreach (var e in events)
        {
            if (e.Data is not JobEvent @event) continue;
            if (@event is JobCreated) created.Add(e);
            else (changes.TryGetValue(e.StreamId, out var change) ? change : changes[e.StreamId] = new()).Add(e, @event);
        }

        if (created.Count > 0) Insert(created, schema, batch);
        if (changes.Count > 0) Update(changes, schema, batch);
    }

    public static short ShardOf(Guid jobId)
    {
        Span<byte> bytes = stackalloc byte[16];
        jobId.TryWriteBytes(bytes, bigEndian: true, out _);
        return (short)(((bytes[14] << 8) | bytes[15]) % Shards);
    }

    private static void Insert(List<StoredEvent> created, string schema, NpgsqlBatch batch)
    {
        batch.Add(
            $"""
            insert into {schema}.jobs (id, version, state, definition, due_after, created_at, updated_at, shard)
            select id, version, 'ACTIVE', definition, at, at, at, shard
            from unnest($1, $2, $3, $4, $5) as n (id, version, definition, at, shard)
            """,
            created.Column(Uuid, e => e.StreamId),
            created.Column(Bigint, e => e.Version),
            created.Column(Jsonb, e => JsonSerializer.Serialize(Job.Evolve(null, (JobCreated)e.Data).Definition, EventJson.Default.JobDefinition)),
            created.Column(TimestampTz, e => e.Timestamp),
            created.Column(Smallint, e => ShardOf(e.StreamId)));
        batch.Add(
            $"""
            insert into {schema}.job_totals as t (id, active_count) values (1, $1)
            on conflict (id) do update set active_count = t.active_count + excluded.active_count
            """,
            new NpgsqlParameter<long> { TypedValue = created.Count });
    }

    private static void Update(Dictionary<Guid, Change> changes, string schema, NpgsqlBatch batch)
    {
        if (changes.Values.Any(c => c.State is not null)) Recount(changes, schema, batch);
        batch.Add(
            $"""
            update {schema}.jobs j
            set version = c.version,
                state = coalesce(c.state, j.state),
                definition = j.definition || c.parts,
                due_after = coalesce(c.due_after, j.due_after),
                updated_at = c.at
            from unnest($1, $2, $3, $4, $5, $6) as c (id, version, state, parts, due_after, at)
            where j.id = c.id
            """,
            changes.Column(Uuid, c => c.Key),
            changes.Column(Bigint, c => c.Value.Version),
            changes.Column(Varchar, c => c.Value.State is { } state ? WireName.Of(state) : null),
            changes.Column(Jsonb, c => c.Value.Parts.ToJsonString()),
            changes.Column(TimestampTz, c => c.Value.DueAfter),
            changes.Column(TimestampTz, c => c.Value.At));
    }

    /// <summary>Before the update: what was active and will not be, and the other way round.</summary>
    private static void Recount(Dictionary<Guid, Change> changes, string schema, NpgsqlBatch batch) => batch.Add(
        $"""
        insert into {schema}.job_totals as t (id, active_count)
        select 1, coalesce(sum((c.state = 'ACTIVE')::int - (j.state = 'ACTIVE')::int), 0)
        from unnest($1, $2) as c (id, state) join {schema}.jobs j on j.id = c.id
        where c.state is not null
        on conflict (id) do update set active_count = t.active_count + excluded.active_count
        """,
        changes.Column(Uuid, c => c.Key),
        changes.Column(Varchar, c => c.Value.State is { } state ? WireName.Of(state) : null));

    /// <summary>What a batch's events change of one job: the parts of its definition that are replaced, and its state.</summary>
    private sealed class Change
    {
        public long Version { get; private set; }

        public JobState? State { get; private set; }

        public JsonObject Parts { get; } = [];

        public DateTimeOffset? DueAfter { get; private set; }

        public DateTimeOffset At { get; private set; }

        public void Add(StoredEvent stored, JobEvent @event)
        {
            (Version, At) = (stored.Version, stored.Timestamp);
            switch (@event)
            {
                case JobRescheduled e:
                    Parts["schedule"] = JsonSerializer.SerializeToNode(e.Schedule, EventJson.Default.Schedule);
                    DueAfter = stored.Timestamp;
                    break;
                case JobRetargeted e: Parts["target"] = JsonSerializer.SerializeToNode(e.Target, EventJson.Default.HttpTarget); break;
                case JobPolicyChanged e: Parts["policy"] = JsonSerializer.SerializeToNode(e.Policy, EventJson.Default.ExecutionPolicy); break;
                case JobAlertingChanged e: Parts["alerting"] = JsonSerializer.SerializeToNode(e.Alerting, EventJson.Default.Alerting); break;
                case JobRenamed e: Parts["name"] = e.Name; break;
                case JobRetagged e: Parts["tags"] = new JsonArray([.. e.Tags.Select(t => (JsonNode)t)]); break;
                case JobPaused:
                    State = JobState.Paused;
                    DueAfter = stored.Timestamp;
                    break;
                case JobResumed:
                    State = JobState.Active;
                    DueAfter = stored.Timestamp;
                    break;
                case JobDeleted:
                    State = JobState.Deleted;
                    DueAfter = stored.Timestamp;
                    break;
                default: throw new InvalidOperationException($"The jobs read model does not know {@event.GetType().Name}.");
            }
        }
    }
}
