using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace JobScheduler.Projections.Executions;

/// <summary>What a batch adds to <c>job_progress</c> and <c>execution_totals</c>.</summary>
internal sealed class ProgressChanges
{
    private readonly SortedDictionary<Guid, JobProgressChange> _jobs = [];

    public void Add(EndedExecution execution) => Of(execution.JobId).Add(execution);

    public void Add(JobOccurrencesMissed missed) => Of(missed.JobId).Add(missed);

    public void AddTo(NpgsqlBatch batch, string schema)
    {
        if (_jobs.Count == 0) return;
        batch.Add(
            $"""
            insert into {schema}.job_progress as p (job_id, settled_through, success_count, failure_count, skipped_count, missed_count,
                consecutive_failures, last_execution_id, last_status, last_execution_time, last_status_code, last_duration_ms)
            select job_id, settled_through, success, failure, skipped, missed,
                   failures_at_end, last_id, last_status, last_time, last_code, last_duration
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as n
                (job_id, settled_through, success, failure, skipped, missed, failures_at_end,
                 last_id, last_status, last_time, last_code, last_duration)
            on conflict (job_id) do update set
                settled_through = greatest(p.settled_through, excluded.settled_through),
                success_count = p.success_count + excluded.success_count,
                failure_count = p.failure_count + excluded.failure_count,
                skipped_count = p.skipped_count + excluded.skipped_count,
                missed_count = p.missed_count + excluded.missed_count,
                consecutive_failures = excluded.consecutive_failures
                    + case when excluded.success_count > 0 then 0 else p.consecutive_failures end,
                last_execution_id = coalesce(excluded.last_execution_id, p.last_execution_id),
                last_status = coalesce(excluded.last_status, p.last_status),
                last_execution_time = coalesce(excluded.last_execution_time, p.last_execution_time),
                last_status_code = case when excluded.last_status is null then p.last_status_code else excluded.last_status_code end,
                last_duration_ms = case when excluded.last_status is null then p.last_duration_ms else excluded.last_duration_ms end
            """,
            _jobs.Column(Uuid, j => j.Key),
            _jobs.Column(TimestampTz, j => j.Value.SettledThrough),
            _jobs.Column(Bigint, j => j.Value.Successes),
            _jobs.Column(Bigint, j => j.Value.Failures),
            _jobs.Column(Bigint, j => j.Value.Skipped),
            _jobs.Column(Bigint, j => j.Value.Missed),
            _jobs.Column(Integer, j => j.Value.ConsecutiveFailures),
            _jobs.Column(Uuid, j => j.Value.Last?.Id),
            _jobs.Column(Varchar, j => j.Value.Last is { } last ? WireName.Of(last.Status) : null),
            _jobs.Column(TimestampTz, j => j.Value.Last?.Result?.StartedAt),
            _jobs.Column(Integer, j => j.Value.Last?.Result?.StatusCode),
            _jobs.Column(NpgsqlTypes.NpgsqlDbType.Double, j => j.Value.Last?.Result?.DurationMs));
        batch.Add(
            $"""
            insert into {schema}.execution_totals as t (id, success_count, failure_count, skipped_count, missed_count)
            values (1, $1, $2, $3, $4)
            on conflict (id) do update set
                success_count = t.success_count + excluded.success_count,
                failure_count = t.failure_count + excluded.failure_count,
                skipped_count = t.skipped_count + excluded.skipped_count,
                missed_count = t.missed_count + excluded.missed_count
            """,
            new NpgsqlParameter<long> { TypedValue = _jobs.Values.Sum(j => j.Successes) },
            new NpgsqlParameter<long> { TypedValue = _jobs.Values.Sum(j => j.Failures) },
            new NpgsqlParameter<long> { TypedValue = _jobs.Values.Sum(j => j.Skipped) },
            new NpgsqlParameter<long> { TypedValue = _jobs.Values.Sum(j => j.Missed) });
    }

    private JobProgressChange Of(Guid jobId) =>
        _jobs.TryGetValue(jobId, out var change) ? change : _jobs[jobId] = new();

    private sealed class JobProgressChange
    {
        /// <summary>Up to here the job's schedule is dealt with; open claims may lie beyond or before. <c>null</c>: only manual runs.</summary>
        public DateTimeOffset? SettledThrough { get; private set; }

        public long Successes { get; private set; }

        public long Failures { get; private set; }

        public long Skipped { get; private set; }

        public long Missed { get; private set; }

        /// <summary>Failures since the batch's last success, in the order in which they were recorded.</summary>
        public int ConsecutiveFailures { get; private set; }

        /// <summary>The execution that was sent and recorded last.</summary>
        public EndedExecution? Last { get; private set; }

        public void Add(EndedExecution execution)
        {
            // A claim that a change of the job has undone says nothing of the instants between the change and it.
            var undone = execution.SkipReason is SkipReason.JobChanged or SkipReason.JobPaused or SkipReason.JobDeleted;
            if (execution.Trigger == ExecutionTrigger.Schedule && !undone) Settle(execution.ScheduledFor);
            switch (execution.Status)
            {
                case ExecutionStatus.Completed:
                    Successes++;
                    ConsecutiveFailures = 0;
                    break;
                case ExecutionStatus.Failed:
                    Failures++;
                    ConsecutiveFailures++;
                    break;
                default:
                    Skipped++;
                    return;
            }

            Last = execution;
        }

        public void Add(JobOccurrencesMissed missed)
        {
            Settle(missed.To);
            Missed += missed.Count;
        }

        private void Settle(DateTimeOffset instant)
        {
            if (!(SettledThrough > instant)) SettledThrough = instant;
        }
    }
}
