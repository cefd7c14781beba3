using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace JobScheduler.Projections.Executions;

/// <summary>What a batch changes of <c>open_executions</c>; a claim that ends within the batch never gets a row.</summary>
internal sealed class OpenExecutionChanges
{
    private readonly Dictionary<Guid, OpenExecution> _opened = [];
    private readonly Dictionary<Guid, ExecutionAttemptFailed> _retried = [];
    private readonly HashSet<Guid> _started = [];
    private readonly List<Guid> _ended = [];

    public void Claimed(StoredEvent stored, Guid jobId, DateTimeOffset scheduledFor, ExecutionTrigger trigger) =>
        _opened.Add(stored.StreamId, new(stored.StreamId, jobId, scheduledFor, trigger, stored.Timestamp, 0, null, Started: false));

    public void Started(Guid id)
    {
        if (_opened.TryGetValue(id, out var open)) _opened[id] = open with { Started = true };
        else _started.Add(id);
    }

    public void WaitsForRetry(Guid id, ExecutionAttemptFailed attempt)
    {
        if (_opened.TryGetValue(id, out var open)) _opened[id] = open with { Attempts = attempt.Result.Attempt, RetryAt = attempt.RetryAt };
        else _retried[id] = attempt;
    }

    public void Ended(Guid id)
    {
        if (_opened.Remove(id)) return;
        _retried.Remove(id);
        _started.Remove(id);
        _ended.Add(id);
    }

    public void AddTo(NpgsqlBatch batch, string schema)
    {
        if (_opened.Count > 0)
        {
            batch.Add(
                $"""
                insert into {schema}.open_executions (id, job_id, scheduled_for, trigger, claimed_at, attempts, retry_at, started)
                select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
                """,
                _opened.Values.Column(Uuid, o => o.Id),
                _opened.Values.Column(Uuid, o => o.JobId),
                _opened.Values.Column(TimestampTz, o => o.ScheduledFor),
                _opened.Values.Column(Varchar, o => WireName.Of(o.Trigger)),
                _opened.Values.Column(TimestampTz, o => o.ClaimedAt),
                _opened.Values.Column(Integer, o => o.Attempts),
                _opened.Values.Column(TimestampTz, o => o.RetryAt),
                _opened.Values.Column(NpgsqlTypes.NpgsqlDbType.Boolean, o => o.Started));
        }

        if (_retried.Count > 0)
        {
            batch.Add(
                $"""
                update {schema}.open_executions o
                set attempts = r.attempts, retry_at = r.retry_at
                from unnest($1, $2, $3) as r (id, attempts, retry_at)
                where o.id = r.id
                """,
                _retried.Column(Uuid, r => r.Key),
                _retried.Column(Integer, r => r.Value.Result.Attempt),
                _retried.Column(TimestampTz, r => r.Value.RetryAt));
        }

        if (_started.Count > 0)
        {
            batch.Add($"update {schema}.open_executions set started = true where id = any ($1)", _started.Column(Uuid, id => id));
        }

        if (_ended.Count > 0)
        {
            batch.Add($"delete from {schema}.open_executions where id = any ($1)", _ended.Column(Uuid, id => id));
        }
    }
}
