using System.Text.Json;
using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.Projections;
using Npgsql;
using NpgsqlTypes;

namespace JobScheduler.Bench.Load;

/// <summary>The log of seeded executions: of each its claim and its outcome, those of a minute together, as they would have come.</summary>
internal static class HistoryLog
{
    private const string Schema = BenchPostgres.Schema;

    private static readonly AttemptResult Success = new(1, DateTimeOffset.UnixEpoch, 12.5, 1, 200, Response: "done");
    private static readonly AttemptResult Failure = new(
        1, DateTimeOffset.UnixEpoch, 12.5, 1, 500, FailureKind.StatusCode, "The answer was 500 Internal Server Error.", Response: "out of order");

    /// <summary>The events of an execution; job and instant are filled in.</summary>
    private static readonly Kind[] Kinds =
    [
        Kind.Of("", 1, new ExecutionScheduled(Guid.Empty, DateTimeOffset.UnixEpoch)),
        Kind.Of("COMPLETED", 2, new ExecutionCompleted(Guid.Empty, DateTimeOffset.UnixEpoch, ExecutionTrigger.Schedule, Success)),
        Kind.Of("FAILED", 2, new ExecutionFailed(Guid.Empty, DateTimeOffset.UnixEpoch, ExecutionTrigger.Schedule, Failure)),
    ];

    /// <summary>Of those that are in the read model and were due from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, DateTimeOffset first, DateTimeOffset last)
    {
        await using var batch = new NpgsqlBatch(connection);
        // Each event has its stream: looking it up for millions of them takes longer than writing them.
        batch.BatchCommands.Add(new("set session_replication_role = replica"));
        batch.BatchCommands.Add(Between(
            first,
            last,
            $"""
            insert into {Schema}.mt_streams (id, type, version, timestamp, created)
            select id, '{EventCatalog.ExecutionStream}', 2, recorded_at, scheduled_for - interval '700 ms'
            from {Schema}.executions where id >= $1 and id < $2 order by id
            """));
        var events = Between(
            first,
            last,
            $"""
            insert into {Schema}.mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
            select nextval('{Schema}.mt_events_sequence'), gen_random_uuid(), id, version, data, type, at, dotnet_type
            from (
                select e.id, k.version, k.type, k.dotnet_type, k.data || jsonb_build_object('jobId', e.job_id, 'scheduledFor', e.scheduled_for) as data,
                       case k.version when 1 then e.scheduled_for - interval '700 ms' else e.recorded_at end as at
                from {Schema}.executions e
                join unnest($3, $4, $5, $6, $7) as k (status, version, type, dotnet_type, data) on k.status in ('', e.status)
                where e.id >= $1 and e.id < $2
                order by e.scheduled_for, k.version, e.id
            ) s
            """);
        events.Parameters.Add(new() { Value = Kinds.Select(k => k.Status).ToArray() });
        events.Parameters.Add(new() { Value = Kinds.Select(k => k.Version).ToArray() });
        events.Parameters.Add(new() { Value = Kinds.Select(k => k.Type).ToArray() });
        events.Parameters.Add(new() { Value = Kinds.Select(k => k.DotNetType).ToArray() });
        events.Parameters.Add(new() { Value = Kinds.Select(k => k.Data).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        batch.BatchCommands.Add(events);
        batch.BatchCommands.Add(new("reset session_replication_role"));
        await batch.ExecuteNonQueryAsync();
    }

    private static NpgsqlBatchCommand Between(DateTimeOffset first, DateTimeOffset last, string sql) => new(sql)
    {
        Parameters = { new() { Value = ExecutionId.FirstAt(first) }, new() { Value = ExecutionId.FirstAt(last.AddMilliseconds(1)) } },
    };

    /// <param name="Status">Of which executions; empty: of all.</param>
    /// <param name="Data">As JSON.</param>
    private sealed record Kind(string Status, long Version, string Type, string DotNetType, string Data)
    {
        public static Kind Of(string status, long version, ExecutionEvent sample)
        {
            var type = sample.GetType();
            return new(
                status, version, JobSchedulerLog.EventTypes.Of(type).Name, $"{type.FullName}, {type.Assembly.GetName().Name}",
                JsonSerializer.Serialize(sample, type, EventJson.Default));
        }
    }
}
