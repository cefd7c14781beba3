using JobScheduler.Domain;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Health;
using Npgsql;
using NpgsqlTypes;

namespace JobScheduler.Projections.Alerts;

/// <summary>What is asked of the alerts read model.</summary>
public sealed class AlertQueries(NpgsqlDataSource dataSource, string schema)
{
    private const string Columns = """
        id, job_id, kind, execution_id, job_name, api, scheduled_for, execution_time, status_code, failure, message, duration_ms, attempts,
        consecutive_failures, webhook, state, raised_at, acknowledged_at, note, resolved_at, delivery, delivered_at,
        delivery_attempts, delivery_error
        """;

    private readonly string _select = $"select {Columns} from {schema}.alerts";

    public async Task<AlertRow?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand($"{_select} where id = $1");
        command.Parameters.Add(new() { Value = id });
        return (await command.ReadAllAsync(Read, cancellation)).SingleOrDefault();
    }

    /// <summary>Newest first.</summary>
    /// <param name="jobId">Of this job only; <c>null</c>: of all.</param>
    /// <param name="before">Only those older than this alert; <c>null</c>: from the newest on.</param>
    public async Task<IReadOnlyList<AlertRow>> ListAsync(
        Guid? jobId, AlertState? state, Guid? before, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            {_select}
            where {(jobId is null ? "true" : "job_id = $1")}
              and {(state is null ? "true" : "state = $2")}
              and {(state is null or AlertState.Resolved ? "true" : "resolved_at is null")}
              and {(before is null ? "true" : $"(raised_at, id) < (select raised_at, id from {schema}.alerts where id = $3)")}
            order by raised_at desc, id desc
            limit $4
            """);
        command.Parameters.Add(new() { Value = jobId ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = state is { } s ? WireName.Of(s) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar });
        command.Parameters.Add(new() { Value = before ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(Read, cancellation);
    }

    /// <summary>How many alerts are open and how many acknowledged, each counted up to <see cref="UnresolvedCounts.Most"/>.</summary>
    /// <param name="jobId">Of this job only; <c>null</c>: of all.</param>
    public async Task<UnresolvedCounts> CountUnresolvedAsync(Guid? jobId, CancellationToken cancellation)
    {
        var job = jobId is null ? "true" : "job_id = $1";
        await using var command = dataSource.CreateCommand(
            $"""
            select (select count(*)::int from (
                        select from {schema}.alerts where resolved_at is null and state = 'OPEN' and {job} limit $2) o),
                   (select count(*)::int from (
                        select from {schema}.alerts where resolved_at is null and state = 'ACKNOWLEDGED' and {job} limit $2) a)
            """);
        command.Parameters.Add(new() { Value = jobId ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = UnresolvedCounts.Most });
        return (await command.ReadAllAsync(r => new UnresolvedCounts(r.GetInt32(0), r.GetInt32(1)), cancellation)).Single();
    }

    /// <summary>
    /// The alerts that nobody has acknowledged and no success has ended, newest first, and how many they are, counted up to
    /// <see cref="UnresolvedCounts.Most"/>. Costs as much as there are, not what there ever were.
    /// </summary>
    public async Task<Found<AlertRow>> OpenAsync(int first, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select {Columns}, (select count(*) from (select from {schema}.alerts where resolved_at is null and state = 'OPEN' limit $2) o)
            from {schema}.alerts
            where resolved_at is null and state = 'OPEN'
            order by raised_at desc, id desc limit $1
            """);
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = UnresolvedCounts.Most });
        var rows = await command.ReadAllAsync(r => (Alert: Read(r), Count: r.GetInt64(24)), cancellation);
        return new([.. rows.Select(r => r.Alert)], rows.Count == 0 ? 0 : rows[0].Count);
    }

    /// <summary>The unresolved alerts of failed runs of each of these jobs; jobs without one are left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, UnresolvedAlerts>> UnresolvedAsync(IReadOnlyCollection<Guid> jobIds, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select job_id, max(raised_at), bool_or(state = 'ACKNOWLEDGED') from {schema}.alerts
            where resolved_at is null and kind = 'FAILED' and job_id = any ($1) group by job_id
            """);
        command.Parameters.Add(new() { Value = jobIds.ToArray() });
        return (await command.ReadAllAsync(
            r => (JobId: r.GetGuid(0), Alerts: new UnresolvedAlerts(r.GetFieldValue<DateTimeOffset>(1), r.GetBoolean(2))), cancellation))
            .ToDictionary(r => r.JobId, r => r.Alerts);
    }

    /// <summary>Which job each of these alerts is about; those that do not exist are left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, Guid>> JobsOfAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand($"select id, job_id from {schema}.alerts where id = any ($1)");
        command.Parameters.Add(new() { Value = ids.ToArray() });
        return (await command.ReadAllAsync(r => (Id: r.GetGuid(0), JobId: r.GetGuid(1)), cancellation)).ToDictionary(r => r.Id, r => r.JobId);
    }

    /// <summary>The jobs that have unresolved alerts of failed runs.</summary>
    public async Task<IReadOnlyList<Guid>> JobsWithUnresolvedAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"select distinct job_id from {schema}.alerts where resolved_at is null and kind = 'FAILED'");
        return await command.ReadAllAsync(r => r.GetGuid(0), cancellation);
    }

    /// <summary>
    /// A job's unresolved alerts of failed runs that a success ends, newest first, at most <paramref name="limit"/>: those of runs
    /// before it, and those that were raised before it was recorded.
    /// </summary>
    public async Task<IReadOnlyList<Guid>> EndedByAsync(Guid jobId, ExecutionRow success, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select id from {schema}.alerts
            where resolved_at is null and kind = 'FAILED' and job_id = $1 and (execution_id < $2 or raised_at <= $3)
            order by raised_at desc, id desc limit $4
            """);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = success.Id });
        command.Parameters.Add(new() { Value = success.RecordedAt });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(r => r.GetGuid(0), cancellation);
    }

    private static AlertRow Read(NpgsqlDataReader r) => new(
        r.GetGuid(0),
        r.GetGuid(1),
        WireName.Parse<AlertKind>(r.GetString(2)),
        r.GetNullableValue<Guid>(3),
        r.GetNullable<string>(4),
        r.GetString(5),
        r.GetFieldValue<DateTimeOffset>(6),
        r.GetNullableValue<DateTimeOffset>(7),
        r.GetNullableValue<int>(8),
        r.GetNullable<string>(9) is { } failure ? WireName.Parse<FailureKind>(failure) : null,
        r.GetString(10),
        r.GetNullableValue<double>(11),
        r.GetInt32(12),
        r.GetInt32(13),
        r.GetNullable<string>(14),
        WireName.Parse<AlertState>(r.GetString(15)),
        r.GetFieldValue<DateTimeOffset>(16),
        r.GetNullableValue<DateTimeOffset>(17),
        r.GetNullable<string>(18),
        r.GetNullableValue<DateTimeOffset>(19),
        WireName.Parse<AlertDelivery>(r.GetString(20)),
        r.GetNullableValue<DateTimeOffset>(21),
        r.GetNullableValue<int>(22),
        r.GetNullable<string>(23));
}
