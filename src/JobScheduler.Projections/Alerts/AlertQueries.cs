using JobScheduler.Domain;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using Npgsql;
using NpgsqlTypes;

namespace JobScheduler.Projections.Alerts;

/// <summary>What is asked of the alerts read model.</summary>
public sealed class AlertQueries(NpgsqlDataSource dataSource, string schema)
{
    private readonly string _select = $"""
        select id, job_id, execution_id, job_name, api, scheduled_for, execution_time, status_code, failure, message, duration_ms, attempts,
               consecutive_failures, webhook, state, raised_at, acknowledged_at, note, resolved_at, delivery, delivered_at,
               delivery_attempts, delivery_error
        from {schema}.alerts
        """;

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
              and ($2 is null or state = $2)
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

    /// <summary>The jobs that have unresolved alerts, each with its unresolved alerts' ids and when the latest was raised.</summary>
    public async Task<IReadOnlyList<UnresolvedAlerts>> UnresolvedAsync(IReadOnlyCollection<Guid> jobIds, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select job_id, array_agg(id order by raised_at, id), max(raised_at)
            from {schema}.alerts
            where resolved_at is null and job_id = any ($1)
            group by job_id
            """);
        command.Parameters.Add(new() { Value = jobIds.ToArray() });
        return await command.ReadAllAsync(
            r => new UnresolvedAlerts(r.GetGuid(0), r.GetFieldValue<Guid[]>(1), r.GetFieldValue<DateTimeOffset>(2)), cancellation);
    }

    /// <summary>Jobs that have unresolved alerts though their last run succeeded; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<RecoveredJob>> RecoveredAsync(int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select p.job_id, array_agg(a.id order by a.raised_at, a.id), p.last_execution_id, p.last_execution_time, p.last_status_code
            from {schema}.alerts a join {schema}.job_progress p on p.job_id = a.job_id
            where a.resolved_at is null and p.consecutive_failures = 0 and p.last_status = 'COMPLETED'
            group by p.job_id
            limit $1
            """);
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(
            r => new RecoveredJob(
                r.GetGuid(0), r.GetFieldValue<Guid[]>(1), r.GetGuid(2), r.GetFieldValue<DateTimeOffset>(3), r.GetNullableValue<int>(4)),
            cancellation);
    }

    private static AlertRow Read(NpgsqlDataReader r) => new(
        r.GetGuid(0),
        r.GetGuid(1),
        r.GetGuid(2),
        r.GetNullable<string>(3),
        r.GetString(4),
        r.GetFieldValue<DateTimeOffset>(5),
        r.GetFieldValue<DateTimeOffset>(6),
        r.GetNullableValue<int>(7),
        WireName.Parse<FailureKind>(r.GetString(8)),
        r.GetString(9),
        r.GetDouble(10),
        r.GetInt32(11),
        r.GetInt32(12),
        r.GetNullable<string>(13),
        WireName.Parse<AlertState>(r.GetString(14)),
        r.GetFieldValue<DateTimeOffset>(15),
        r.GetNullableValue<DateTimeOffset>(16),
        r.GetNullable<string>(17),
        r.GetNullableValue<DateTimeOffset>(18),
        WireName.Parse<AlertDelivery>(r.GetString(19)),
        r.GetNullableValue<DateTimeOffset>(20),
        r.GetNullableValue<int>(21),
        r.GetNullable<string>(22));
}

/// <summary>The alerts of one job that are not resolved.</summary>
public sealed record UnresolvedAlerts(Guid JobId, IReadOnlyList<Guid> AlertIds, DateTimeOffset LastRaisedAt);

/// <summary>A job that succeeded after alerts were raised for it.</summary>
/// <param name="AlertIds">Its unresolved alerts, oldest first.</param>
public sealed record RecoveredJob(
    Guid JobId, IReadOnlyList<Guid> AlertIds, Guid ExecutionId, DateTimeOffset ExecutionTime, int? StatusCode);
