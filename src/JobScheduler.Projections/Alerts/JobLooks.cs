using JobScheduler.Domain.Alerts;
using Npgsql;
using NpgsqlTypes;

namespace JobScheduler.Projections.Alerts;

/// <summary>A job that is to be looked at.</summary>
/// <param name="LookAt">Since when.</param>
/// <param name="AlertId">Its unresolved alert that it is overdue, since <paramref name="OverdueSince"/>; <c>null</c>: it has none.</param>
public sealed record WatchRow(Guid JobId, DateTimeOffset LookAt, Guid? AlertId, DateTimeOffset? OverdueSince);

/// <summary>When jobs are to be looked at, and what a look needs to know.</summary>
public sealed class JobLooks(NpgsqlDataSource dataSource, string schema)
{
    /// <summary>Up to <paramref name="limit"/> jobs that are to be looked at now, longest due first.</summary>
    public async Task<IReadOnlyList<WatchRow>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"select job_id, look_at, alert_id, overdue_since from {schema}.job_watch where look_at <= $1 order by look_at limit $2");
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(
            r => new WatchRow(
                r.GetGuid(0), r.GetFieldValue<DateTimeOffset>(1), r.GetNullableValue<Guid>(2), r.GetNullableValue<DateTimeOffset>(3)),
            cancellation);
    }

    /// <summary>The latest instant of each job's schedule that ended as a run or was skipped; jobs without one are left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> LastEndedAsync(IReadOnlyCollection<Guid> jobIds, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select j.id, e.scheduled_for
            from unnest($1) as j (id)
            cross join lateral (
                select scheduled_for from {schema}.executions where job_id = j.id and trigger = 'SCHEDULE' order by id desc limit 1) e
            """);
        command.Parameters.Add(new() { Value = jobIds.ToArray() });
        return (await command.ReadAllAsync(r => (Id: r.GetGuid(0), At: r.GetFieldValue<DateTimeOffset>(1)), cancellation))
            .ToDictionary(r => r.Id, r => r.At);
    }

    /// <summary>The open occurrences of these jobs' schedules.</summary>
    public async Task<ILookup<Guid, OpenOccurrence>> OpenAsync(IReadOnlyCollection<Guid> jobIds, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select job_id, scheduled_for, coalesce(retry_at, scheduled_for) from {schema}.open_executions
            where job_id = any ($1) and trigger = 'SCHEDULE'
            """);
        command.Parameters.Add(new() { Value = jobIds.ToArray() });
        return (await command.ReadAllAsync(
            r => (JobId: r.GetGuid(0), Open: new OpenOccurrence(r.GetFieldValue<DateTimeOffset>(1), r.GetFieldValue<DateTimeOffset>(2))), cancellation))
            .ToLookup(r => r.JobId, r => r.Open);
    }

    /// <summary>
    /// Notes what looks have shown, and when to look again. A job that changed since is left as it is, to be looked at anew; so is one
    /// that is being changed: an append never waits for more than this statement, nor this statement for an append.
    /// </summary>
    public async Task LookedAtAsync(IReadOnlyCollection<(WatchRow Row, JobLook Look)> looks, CancellationToken cancellation)
    {
        if (looks.Count == 0) return;
        await using var command = dataSource.CreateCommand(
            $"""
            with mine as materialized (
                select w.job_id, n.next, n.unaccounted
                from {schema}.job_watch w join unnest($1, $2, $3, $4) as n (job_id, seen, next, unaccounted) on n.job_id = w.job_id
                where w.look_at = n.seen
                for update of w skip locked)
            update {schema}.job_watch w
            set look_at = mine.next, unaccounted_since = mine.unaccounted
            from mine where w.job_id = mine.job_id
            """);
        command.Parameters.Add(looks.Column(NpgsqlDbType.Uuid, l => l.Row.JobId));
        command.Parameters.Add(looks.Column(NpgsqlDbType.TimestampTz, l => l.Row.LookAt));
        command.Parameters.Add(looks.Column(NpgsqlDbType.TimestampTz, l => l.Look.NextLook));
        command.Parameters.Add(looks.Column(NpgsqlDbType.TimestampTz, l => l.Look.UnaccountedSince));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Looks no more at jobs that are not active, unless they changed since.</summary>
    public async Task ForgetAsync(IReadOnlyCollection<WatchRow> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0) return;
        await using var command = dataSource.CreateCommand(
            $"""
            with mine as materialized (
                select w.job_id
                from {schema}.job_watch w join unnest($1, $2) as n (job_id, seen) on n.job_id = w.job_id
                where w.look_at = n.seen
                for update of w skip locked)
            delete from {schema}.job_watch w using mine where w.job_id = mine.job_id
            """);
        command.Parameters.Add(rows.Column(NpgsqlDbType.Uuid, r => r.JobId));
        command.Parameters.Add(rows.Column(NpgsqlDbType.TimestampTz, r => r.LookAt));
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
