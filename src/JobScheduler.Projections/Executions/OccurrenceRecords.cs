using JobScheduler.Domain.Executions;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace JobScheduler.Projections.Executions;

/// <summary>Asks which of the instants at which jobs were due have a record: an execution, open or ended, or a range of missed ones.</summary>
public sealed class OccurrenceRecords(NpgsqlDataSource dataSource, string schema)
{
    private static readonly string[] ChangesOfWhenDue = ["job_rescheduled", "job_paused", "job_resumed"];

    /// <summary>Those of these ranges in which something is recorded already, as indexes.</summary>
    public async Task<IReadOnlySet<int>> AnyWithinAsync(IReadOnlyList<JobOccurrencesMissed> ranges, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select n::int - 1
            from unnest($1, $2, $3, $4, $5) with ordinality as r (job_id, first_id, last_id, first_at, last_at, n)
            where exists (select from {schema}.executions e
                          where e.job_id = r.job_id and e.id between r.first_id and r.last_id and e.trigger = 'SCHEDULE')
               or exists (select from {schema}.open_executions o
                          where o.job_id = r.job_id and o.id between r.first_id and r.last_id and o.trigger = 'SCHEDULE')
               or exists (select from {schema}.missed_occurrences m
                          where m.job_id = r.job_id and m.last_at >= r.first_at and m.first_at <= r.last_at)
            """);
        command.Parameters.Add(ranges.Column(Uuid, r => r.JobId));
        command.Parameters.Add(ranges.Column(Uuid, r => ExecutionId.FirstAt(r.From)));
        command.Parameters.Add(ranges.Column(Uuid, r => ExecutionId.LastAt(r.To)));
        command.Parameters.Add(ranges.Column(TimestampTz, r => r.From));
        command.Parameters.Add(ranges.Column(TimestampTz, r => r.To));
        return (await command.ReadAllAsync(r => r.GetInt32(0), cancellation)).ToHashSet();
    }

    /// <summary>
    /// What is recorded of a job's occurrences in [<paramref name="from"/>, <paramref name="to"/>], earliest first: each from its first
    /// instant to its last, which is the same one for an execution.
    /// </summary>
    public async Task<IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)>> BetweenAsync(
        Guid jobId, DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            (select scheduled_for, scheduled_for from {schema}.executions
             where job_id = $1 and id between $2 and $3 and trigger = 'SCHEDULE' order by id limit $6)
            union all
            (select scheduled_for, scheduled_for from {schema}.open_executions
             where job_id = $1 and id between $2 and $3 and trigger = 'SCHEDULE' order by id limit $6)
            union all
            (select first_at, last_at from {schema}.missed_occurrences
             where job_id = $1 and last_at >= $4 and first_at <= $5 order by first_at limit $6)
            order by 1 limit $6
            """);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = ExecutionId.FirstAt(from) });
        command.Parameters.Add(new() { Value = ExecutionId.LastAt(to) });
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(r => (r.GetFieldValue<DateTimeOffset>(0), r.GetFieldValue<DateTimeOffset>(1)), cancellation);
    }

    /// <summary>
    /// Those of these jobs that became due otherwise after the record of the instant that they are settled through: since the clock
    /// was set back, that instant says nothing of when they are due now.
    /// </summary>
    public async Task<IReadOnlySet<Guid>> ChangedSinceSettledAsync(
        IReadOnlyCollection<(Guid JobId, DateTimeOffset SettledThrough)> jobs, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select j.job_id
            from unnest($1, $2, $3) as j (job_id, execution_id, settled_through)
            where (select max(e.seq_id) from {schema}.mt_events e where e.stream_id = j.job_id and e.type = any ($4))
                > least((select min(e.seq_id) from {schema}.mt_events e where e.stream_id = j.execution_id),
                        (select min(e.seq_id) from {schema}.missed_occurrences m join {schema}.mt_events e on e.stream_id = m.id
                         where m.job_id = j.job_id and m.last_at = j.settled_through))
            """);
        command.Parameters.Add(jobs.Column(Uuid, j => j.JobId));
        command.Parameters.Add(jobs.Column(Uuid, j => ExecutionId.Of(j.JobId, j.SettledThrough)));
        command.Parameters.Add(jobs.Column(TimestampTz, j => j.SettledThrough));
        command.Parameters.Add(new() { Value = ChangesOfWhenDue });
        return (await command.ReadAllAsync(r => r.GetGuid(0), cancellation)).ToHashSet();
    }

    /// <summary>The latest scheduled instant of each job's open executions; jobs that have none are left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> LatestOpenAsync(IReadOnlyCollection<Guid> jobIds, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"select job_id, max(scheduled_for) from {schema}.open_executions where job_id = any ($1) and trigger = 'SCHEDULE' group by job_id");
        command.Parameters.Add(new() { Value = jobIds.ToArray() });
        return (await command.ReadAllAsync(r => (Job: r.GetGuid(0), Instant: r.GetFieldValue<DateTimeOffset>(1)), cancellation))
            .ToDictionary(r => r.Job, r => r.Instant);
    }
}
