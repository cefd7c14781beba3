using System.Text.Json;
using JobScheduler.Domain;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using JobScheduler.Host.Scheduling;
using JobScheduler.Projections;
using JobScheduler.Projections.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace JobScheduler.Bench.Load;

/// <summary>
/// Jobs written straight to the tables, as if they had been created one after the other: streams, events, rows of the read model. A
/// sample is held against what the projection makes of the events.
/// </summary>
internal sealed class JobSeed(BenchPostgres postgres)
{
    private const string Schema = BenchPostgres.Schema;
    private const int Sample = 200;

    /// <param name="api">What they call.</param>
    /// <param name="cron">SQL for the expression of job <c>n</c>, from 1.</param>
    /// <param name="createdAt">When the last was created; the others a microsecond each before.</param>
    /// <param name="name">What their names begin with.</param>
    /// <returns>Ids in order of creation, the latest 1,000 at the most.</returns>
    public async Task<IReadOnlyList<Guid>> AddAsync(int count, string api, string cron, DateTimeOffset createdAt, string name)
    {
        var created = new JobCreated(
            new Schedule("* * * * * *"), HttpTarget.To(api), ExecutionPolicy.Default, Alerting.Default, name, [name, "bench"]);
        await using var connection = await postgres.DataSource.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("create temp table seed (n bigint, id uuid, at timestamptz, data jsonb) on commit drop"));
        batch.BatchCommands.Add(new(
            $$"""
            insert into seed
            select n,
                   -- As version 7 has it: ordered by their time, then by their number.
                   (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || left(lpad(to_hex(n), 12, '0'), 3)
                       || '8' || right(lpad(to_hex(n), 12, '0'), 9) || left(md5(n::text), 6))::uuid,
                   at,
                   jsonb_set(jsonb_set($1, '{schedule,cron}', to_jsonb({{cron}})), '{name}', to_jsonb($2 || '-' || lpad(n::text, 7, '0')))
            from generate_series(1, $3::bigint) n, lateral (select $4 - ($3 - n) * interval '1 microsecond' as at) t
            """)
        {
            Parameters =
            {
                new() { Value = JsonSerializer.Serialize(created, EventJson.Default.JobCreated), NpgsqlDbType = NpgsqlDbType.Jsonb },
                new() { Value = name },
                new() { Value = (long)count },
                new() { Value = createdAt },
            },
        });
        batch.BatchCommands.Add(new(
            $"""
            insert into {Schema}.mt_streams (id, type, version, timestamp, created)
            select id, '{EventCatalog.JobStream}', 1, at, at from seed order by n
            """));
        batch.BatchCommands.Add(new(
            $"""
            insert into {Schema}.mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
            select nextval('{Schema}.mt_events_sequence'), gen_random_uuid(), id, 1, data, 'job_created', at, $1
            from (select * from seed order by n) s
            """)
        {
            Parameters = { new() { Value = $"{typeof(JobCreated).FullName}, {typeof(JobCreated).Assembly.GetName().Name}" } },
        });
        batch.BatchCommands.Add(new(
            $"""
            insert into {Schema}.jobs (id, version, state, definition, due_after, created_at, updated_at, shard)
            select id, 1, 'ACTIVE', data, at, at, at, ('x' || right(id::text, 4))::bit(16)::int % {JobsReadModel.Shards} from seed order by n
            """));
        batch.BatchCommands.Add(new(
            $"""
            insert into {Schema}.job_totals as t (id, active_count) select 1, count(*) from seed
            on conflict (id) do update set active_count = t.active_count + excluded.active_count
            """));
        // As of jobs that are due once a day each: some are looked at in each second.
        batch.BatchCommands.Add(new(
            $"insert into {Schema}.job_watch (job_id, look_at) select id, at + (n * 86400 / $1 + 1) * interval '1 second' from seed")
        {
            Parameters = { new() { Value = (long)count } },
        });
        batch.BatchCommands.Add(new("select array(select id from (select n, id from seed order by n desc limit 1000) s order by n)"));
        await using var reader = await batch.ExecuteReaderAsync();
        while (!await reader.ReadAsync()) await reader.NextResultAsync();
        return reader.GetFieldValue<Guid[]>(0);
    }

    /// <summary>
    /// Jobs due once a day, none within an hour of <paramref name="createdAt"/>: from an hour after it to an hour before it are 79,200 seconds of
    /// the day, drawn by the job's number.
    /// </summary>
    public Task AddDailyAsync(int count, string api, DateTimeOffset createdAt)
    {
        var second = $"(({(int)createdAt.TimeOfDay.TotalSeconds} + 3600 + (hashint8(n)::bigint & 2147483647) % 79200) % 86400)";
        return AddAsync(count, api, $"format('%s %s %s * * *', {second} % 60, {second} / 60 % 60, {second} / 3600)", createdAt, "daily");
    }

    /// <summary>As a scheduler leaves it that has followed the log to its end.</summary>
    public async Task SaveCheckpointAsync()
    {
        await using var command = postgres.DataSource.CreateCommand(
            $"insert into {Schema}.mt_event_progression (name, last_seq_id) select $1, max(seq_id) from {Schema}.mt_events");
        command.Parameters.Add(new() { Value = SchedulerTerm.CheckpointName });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>How many of a sample of the seeded rows differ from what the projection makes of their events.</summary>
    public async Task<long> DifferencesAsync()
    {
        await using var store = new PostgresEventStore(postgres.DataSource, JobSchedulerLog.EventTypes);
        var after = Math.Max(0, await store.HighWaterMarkAsync() - Sample);
        var page = await store.FeedAsync(after, [.. JobsReadModel.EventNames], Sample);
        await using var connection = await postgres.DataSource.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("create schema sample"));
        foreach (var table in new JobsReadModel().Tables) batch.BatchCommands.Add(new($"create table sample.{table} (like {Schema}.{table} including all)"));
        await batch.ExecuteNonQueryAsync();
        await using var projected = new NpgsqlBatch(connection);
        new JobsReadModel().Apply(page.Events, "sample", projected);
        await projected.ExecuteNonQueryAsync();
        await using var compare = new NpgsqlCommand($"select count(*) from (select * from sample.jobs except select * from {Schema}.jobs) d", connection);
        var differences = (long)(await compare.ExecuteScalarAsync())!;
        await using var drop = new NpgsqlCommand("drop schema sample cascade", connection);
        await drop.ExecuteNonQueryAsync();
        return differences + Math.Max(0, 1 - page.Events.Count);
    }
}
