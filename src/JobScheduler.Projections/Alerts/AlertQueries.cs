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
              and {(state is null ? "true" : "state = $2")}
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

    /// <summary>When the latest unresolved alert of each of these jobs was raised; jobs without one are left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> LastUnresolvedAsync(IReadOnlyCollection<Guid> jobIds, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"select job_id, max(raised_at) from {schema}.alerts where resolved_at is null and job_id = any ($1) group by job_id");
        command.Parameters.Add(new() { Value = jobIds.ToArray() });
        return (await command.ReadAllAsync(r => (JobId: r.GetGuid(0), At: r.GetFieldValue<DateTimeOffset>(1)), cancellation))
            .ToDictionary(r => r.JobId, r => r.At);
    }

    /// <summary>The jobs that have unresolved alerts.</summary>
    public async Task<IReadOnlyList<Guid>> JobsWithUnresolvedAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand($"select distinct job_id from {schema}.alerts where resolved_at is null");
        return await command.ReadAllAsync(r => r.GetGuid(0), cancellation);
    }

    /// <summary>A job's unresolved alerts, newest first, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<Guid>> UnresolvedOfAsync(Guid jobId, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"select id from {schema}.alerts where resolved_at is null and job_id = $1 order by raised_at desc, id desc limit $2");
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(r => r.GetGuid(0), cancellation);
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
