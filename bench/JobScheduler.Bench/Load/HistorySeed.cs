using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;
using JobScheduler.Projections;
using Npgsql;

namespace JobScheduler.Bench.Load;

/// <summary>
/// Ended executions, one a minute and job up to now, oldest first as they would have come: rows of the executions' read
/// model, each hundredth failed and with an alert. Their log is not written, save that of a few, to be fetched.
/// </summary>
internal sealed class HistorySeed(BenchPostgres postgres)
{
    private const string Schema = BenchPostgres.Schema;

    /// <summary>Rows that one statement inserts, about.</summary>
    private const int Chunk = 1_000_000;

    /// <param name="executions">In all, about: spread over all jobs, or over as many jobs, when there are more of them.</param>
    /// <param name="end">The whole minute of the last ones.</param>
    /// <param name="streams">How many ids are returned.</param>
    /// <param name="withLog">Two events of each execution are written too, which takes several times as long.</param>
    /// <returns>The ids of some of the last ones, whose streams are in the log.</returns>
    public async Task<IReadOnlyList<Guid>> AddAsync(int executions, DateTimeOffset end, int streams, bool withLog = false)
    {
        await using var connection = await postgres.DataSource.OpenConnectionAsync();
        // The later bytes of an execution's id, as ExecutionId makes them.
        await ExecuteAsync(
            connection,
            $"""
            create temp table seeded_jobs as
            select row_number() over (order by id) as n, id, name, definition -> 'target' ->> 'api' as api,
                   set_byte(set_byte(hash, 0, get_byte(hash, 0) & 15 | 128), 2, get_byte(hash, 2) & 63 | 128) as suffix
            from (select id, name, definition, substring(sha256(uuid_send(id)) from 1 for 10) as hash from {Schema}.jobs order by id limit $1) j
            """,
            executions);
        await ExecuteAsync(connection, "analyze seeded_jobs");
        var jobs = Math.Min(executions, await postgres.CountAsync($"select count(*) from {Schema}.jobs"));
        var minutes = (int)(executions / jobs);
        var step = (int)Math.Max(1, Chunk / Math.Max(1, jobs));
        for (var first = 1; first <= minutes; first += step)
        {
            var last = Math.Min(minutes, first + step - 1);
            await ExecuteAsync(connection, InsertExecutions, end, minutes, first, last);
            if (withLog) await HistoryLog.AddAsync(connection, end.AddMinutes(first - minutes), end.AddMinutes(last - minutes));
            await Console.Error.WriteLineAsync($"{last * jobs} executions seeded");
        }

        await ExecuteAsync(connection, InsertAlerts);
        await ExecuteAsync(connection, InsertProgress);
        await ExecuteAsync(connection, InsertTotals);
        var ids = await LastAsync(end, streams);
        if (!withLog) await AppendAsync(ids, end);
        await postgres.WriteDirectoryAsync();
        return [.. ids.Select(job => ExecutionId.Of(job, end))];
    }

    private const string InsertExecutions =
        $"""
        insert into {Schema}.executions (id, job_id, scheduled_for, trigger, status, recorded_at, started_at, duration_ms, lateness_ms,
                                         attempts, status_code, failure, error, response)
        select encode(substring(int8send((extract(epoch from at) * 1000)::bigint << 16) from 1 for 6) || j.suffix, 'hex')::uuid,
               j.id, at, 'SCHEDULE', case when failed then 'FAILED' else 'COMPLETED' end,
               at + interval '20 ms', at + interval '1 ms', 12.5, 1.0, 1,
               case when failed then 500 else 200 end,
               case when failed then 'STATUS_CODE' end,
               case when failed then 'The answer was 500 Internal Server Error.' end,
               case when failed then 'out of order' else 'done' end
        from generate_series($3::int, $4::int) m
        cross join lateral (select $1 - ($2 - m) * interval '1 minute' as at) t
        cross join seeded_jobs j
        cross join lateral (select (m + j.n) % 100 = 0 as failed) f
        order by m
        """;

    private const string InsertAlerts =
        $"""
        insert into {Schema}.alerts (id, job_id, execution_id, job_name, api, scheduled_for, execution_time, status_code, failure, message,
                                     duration_ms, attempts, consecutive_failures, state, raised_at, resolved_at, delivery)
        select gen_random_uuid(), e.job_id, e.id, j.name, j.api, e.scheduled_for, e.started_at, e.status_code, e.failure, e.error,
               e.duration_ms, e.attempts, 1, 'RESOLVED', e.recorded_at, e.recorded_at + interval '1 minute', 'NONE'
        from {Schema}.executions e join seeded_jobs j on j.id = e.job_id
        where e.status = 'FAILED'
        order by e.id
        """;

    private const string InsertProgress =
        $"""
        insert into {Schema}.job_progress (job_id, settled_through, success_count, failure_count, skipped_count, missed_count,
            consecutive_failures, last_execution_id, last_status, last_execution_time, last_status_code, last_duration_ms)
        select e.job_id, e.scheduled_for, n.successes, n.failures, 0, 0, case when e.status = 'FAILED' then 1 else 0 end,
               e.id, e.status, e.started_at, e.status_code, e.duration_ms
        from (select job_id, max(scheduled_for) as last, count(*) filter (where status = 'COMPLETED') as successes,
                     count(*) filter (where status = 'FAILED') as failures
              from {Schema}.executions group by job_id) n
        join {Schema}.executions e on e.job_id = n.job_id and e.scheduled_for = n.last
        """;

    private const string InsertTotals =
        $"""
        insert into {Schema}.execution_totals (id, success_count, failure_count, skipped_count, missed_count)
        select 1, sum(success_count), sum(failure_count), 0, 0 from {Schema}.job_progress
        """;

    /// <summary>Jobs whose execution at that instant has completed.</summary>
    private async Task<IReadOnlyList<Guid>> LastAsync(DateTimeOffset end, int count)
    {
        var jobs = await postgres.IdsAsync(
            $"select job_id from {Schema}.executions where scheduled_for = $1 and status = 'COMPLETED' order by id limit $2", end, count);
        var there = await postgres.CountAsync(
            $"select count(*) from {Schema}.executions where id = any ($1)",
            new NpgsqlParameter { Value = jobs.Select(job => ExecutionId.Of(job, end)).ToArray() });
        return there == jobs.Count ? jobs : throw new InvalidOperationException("The seeded ids are not those of ExecutionId.");
    }

    private async Task AppendAsync(IReadOnlyList<Guid> jobs, DateTimeOffset end)
    {
        await using var store = new PostgresEventStore(postgres.DataSource, JobSchedulerLog.EventTypes);
        foreach (var job in jobs)
        {
            await store.AppendAsync(
                ExecutionId.Of(job, end),
                ExpectedVersion.NoStream,
                [
                    new ExecutionScheduled(job, end, end.AddMinutes(1)),
                    new ExecutionCompleted(job, end, ExecutionTrigger.Schedule, new AttemptResult(1, end.AddMilliseconds(1), 12.5, 1, 200, Response: "done")),
                ],
                EventMetadata.None);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync();
    }
}
