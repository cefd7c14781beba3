using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using Npgsql;
using NpgsqlTypes;

namespace JobScheduler.Projections.Executions;

/// <summary>What is asked of the executions read model.</summary>
public sealed class ExecutionQueries(NpgsqlDataSource dataSource, string schema)
{
    internal const string EndedColumns = """
        id, job_id, scheduled_for, trigger, status, recorded_at, started_at, duration_ms, lateness_ms, attempts, status_code, failure,
        error, response, skip_reason, null::timestamptz
        """;

    private const string OpenColumns = """
        id, job_id, scheduled_for, trigger, 'OPEN', claimed_at, null::timestamptz, null::float8, null::float8, attempts, null::int,
        null::varchar, null::varchar, null::varchar, null::varchar, retry_at
        """;

    internal const string MissedColumns = "id, job_id, first_at, last_at, count, reason, recorded_at";

    public async Task<ExecutionRow?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select {EndedColumns} from {schema}.executions where id = $1
            union all
            select {OpenColumns} from {schema}.open_executions where id = $1
            """);
        command.Parameters.Add(new() { Value = id });
        return (await command.ReadAllAsync(Read, cancellation)).FirstOrDefault();
    }

    /// <summary>A job's executions, newest first: open ones that are due (at <paramref name="now"/>), and ended ones.</summary>
    /// <param name="before">Only those older than this id; <c>null</c>: from the newest on.</param>
    public async Task<IReadOnlyList<ExecutionRow>> ListAsync(
        Guid jobId, ExecutionStatus? status, Guid? before, int limit, DateTimeOffset now, CancellationToken cancellation)
    {
        // In the words of the partial index, which is for those that are few.
        var ended = status switch
        {
            null => "",
            ExecutionStatus.Completed => "and status = $3",
            _ => "and status = $3 and status <> 'COMPLETED'",
        };
        await using var command = dataSource.CreateCommand(
            $"""
            (select {EndedColumns} from {schema}.executions
             where job_id = $1 and id < $2 {ended}
             order by id desc limit $4)
            union all
            (select {OpenColumns} from {schema}.open_executions
             where job_id = $1 and id < $2 and ($3 is null or $3 = 'OPEN') and scheduled_for <= $5
             order by id desc limit $4)
            order by 1 desc limit $4
            """);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = before ?? Guid.AllBitsSet });
        command.Parameters.Add(new() { Value = status is { } s ? WireName.Of(s) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = now });
        return await command.ReadAllAsync(Read, cancellation);
    }

    /// <summary>The executions of a job, open or ended, next before and after this one; <c>null</c> where there is none.</summary>
    public async Task<(Guid? Previous, Guid? Next)> NeighboursAsync(Guid jobId, Guid id, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select
                (select id from (
                    (select id from {schema}.executions where job_id = $1 and id < $2 order by id desc limit 1)
                    union all
                    (select id from {schema}.open_executions where job_id = $1 and id < $2 order by id desc limit 1)) p
                 order by id desc limit 1),
                (select id from (
                    (select id from {schema}.executions where job_id = $1 and id > $2 order by id limit 1)
                    union all
                    (select id from {schema}.open_executions where job_id = $1 and id > $2 order by id limit 1)) n
                 order by id limit 1)
            """);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = id });
        return (await command.ReadAllAsync(r => (r.GetNullableValue<Guid>(0), r.GetNullableValue<Guid>(1)), cancellation)).Single();
    }

    /// <summary>How the latest ended executions of each of these jobs ended, oldest first, at most <paramref name="each"/> of a job.</summary>
    public async Task<IReadOnlyDictionary<Guid, IReadOnlyList<PastOutcome>>> LatestOutcomesAsync(
        IReadOnlyCollection<Guid> jobIds, int each, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select e.job_id, e.status, e.duration_ms
            from unnest($1) as j (id)
            cross join lateral (
                select job_id, id, status, duration_ms from {schema}.executions where job_id = j.id order by id desc limit $2) e
            order by e.job_id, e.id
            """);
        command.Parameters.Add(new() { Value = jobIds.ToArray() });
        command.Parameters.Add(new() { Value = each });
        var rows = await command.ReadAllAsync(
            r => (JobId: r.GetGuid(0), Outcome: new PastOutcome(WireName.Parse<ExecutionStatus>(r.GetString(1)), r.GetNullableValue<double>(2))), cancellation);
        return rows.GroupBy(r => r.JobId).ToDictionary(g => g.Key, IReadOnlyList<PastOutcome> (g) => [.. g.Select(r => r.Outcome)]);
    }

    /// <summary>A job's scheduled executions, open and ended, whose instants lie in [from, to], oldest first.</summary>
    public async Task<IReadOnlyList<ExecutionRow>> ScheduledBetweenAsync(
        Guid jobId, DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            (select {EndedColumns} from {schema}.executions
             where job_id = $1 and id between $2 and $3 and trigger = 'SCHEDULE' order by id limit $4)
            union all
            (select {OpenColumns} from {schema}.open_executions
             where job_id = $1 and id between $2 and $3 and trigger = 'SCHEDULE' order by id limit $4)
            order by 1 limit $4
            """);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = ExecutionId.FirstAt(from) });
        command.Parameters.Add(new() { Value = ExecutionId.LastAt(to) });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(Read, cancellation);
    }

    /// <summary>The missed occurrences of a job that reach into [from, to], oldest first.</summary>
    public async Task<IReadOnlyList<MissedRow>> MissedBetweenAsync(
        Guid jobId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select {MissedColumns}
            from {schema}.missed_occurrences
            where job_id = $1 and last_at >= $2 and first_at <= $3
            order by first_at
            """);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        return await command.ReadAllAsync(ReadMissed, cancellation);
    }

    /// <summary>How many of a job's ended runs up to this one failed in a row, this one included; counted up to <paramref name="limit"/>.</summary>
    public async Task<int> ConsecutiveFailuresAsync(Guid jobId, Guid upToExecution, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select status from {schema}.executions
            where job_id = $1 and id <= $2 and status in ('COMPLETED', 'FAILED')
            order by id desc limit $3
            """);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = upToExecution });
        command.Parameters.Add(new() { Value = limit });
        var statuses = await command.ReadAllAsync(r => r.GetString(0), cancellation);
        return statuses.TakeWhile(s => s == WireName.Of(ExecutionStatus.Failed)).Count();
    }

    /// <summary>Claims without an outcome, earliest first. Which version of its job a replay is run with, the log itself says.</summary>
    /// <param name="ids">Of these; <c>null</c>: of all.</param>
    /// <param name="dueBefore">Only those that were due earlier, their retry's instant if one waits; <c>null</c>: all.</param>
    public async Task<IReadOnlyList<OpenExecution>> OpenAsync(
        IReadOnlyCollection<Guid>? ids, DateTimeOffset? dueBefore, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select id, job_id, scheduled_for, trigger, claimed_at, attempts, retry_at, started,
                   case when trigger = 'MANUAL' then
                       (select (e.data ->> 'jobVersion')::bigint from {schema}.mt_events e where e.stream_id = o.id and e.version = 1)
                   end
            from {schema}.open_executions o
            where {(ids is null ? "true" : "id = any ($1)")} and coalesce(retry_at, scheduled_for) < $2
            order by id
            """);
        command.Parameters.Add(new() { Value = ids?.ToArray() ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = dueBefore ?? DateTimeOffset.MaxValue });
        return await command.ReadAllAsync(
            r => new OpenExecution(
                r.GetGuid(0),
                r.GetGuid(1),
                r.GetFieldValue<DateTimeOffset>(2),
                WireName.Parse<ExecutionTrigger>(r.GetString(3)),
                r.GetFieldValue<DateTimeOffset>(4),
                r.GetInt32(5),
                r.GetNullableValue<DateTimeOffset>(6),
                r.GetBoolean(7),
                r.GetNullableValue<long>(8)),
            cancellation);
    }

    public async Task<ExecutionTotals> TotalsAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"select success_count, failure_count, skipped_count, missed_count from {schema}.execution_totals");
        var rows = await command.ReadAllAsync(
            r => new ExecutionTotals(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3)), cancellation);
        return rows.SingleOrDefault() ?? new ExecutionTotals(0, 0, 0, 0);
    }

    internal static MissedRow ReadMissed(NpgsqlDataReader r) => new(
        r.GetGuid(0),
        r.GetGuid(1),
        r.GetFieldValue<DateTimeOffset>(2),
        r.GetFieldValue<DateTimeOffset>(3),
        r.GetInt64(4),
        WireName.Parse<MissedReason>(r.GetString(5)),
        r.GetFieldValue<DateTimeOffset>(6));

    internal static ExecutionRow Read(NpgsqlDataReader r) => new(
        r.GetGuid(0),
        r.GetGuid(1),
        r.GetFieldValue<DateTimeOffset>(2),
        WireName.Parse<ExecutionTrigger>(r.GetString(3)),
        WireName.Parse<ExecutionStatus>(r.GetString(4)),
        r.GetFieldValue<DateTimeOffset>(5),
        r.GetNullableValue<DateTimeOffset>(6),
        r.GetNullableValue<double>(7),
        r.GetNullableValue<double>(8),
        r.GetInt32(9),
        r.GetNullableValue<int>(10),
        r.GetNullable<string>(11) is { } failure ? WireName.Parse<FailureKind>(failure) : null,
        r.GetNullable<string>(12),
        r.GetNullable<string>(13),
        r.GetNullable<string>(14) is { } reason ? WireName.Parse<SkipReason>(reason) : null,
        r.GetNullableValue<DateTimeOffset>(15));
}
