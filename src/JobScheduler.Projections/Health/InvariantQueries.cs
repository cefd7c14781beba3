using Npgsql;

namespace JobScheduler.Projections.Health;

/// <summary>Of what is wrong, the first few and how many there are.</summary>
public sealed record Found<T>(IReadOnlyList<T> First, long Count);

/// <param name="DueAt">When it was to be sent: its instant, or its retry's.</param>
public sealed record StuckExecution(Guid Id, Guid JobId, DateTimeOffset DueAt);

public sealed record UnaccountedJob(Guid JobId, DateTimeOffset Since);

/// <param name="Since">When the first event was appended that it has not handled.</param>
public sealed record LateSubscription(string Name, DateTimeOffset Since);

/// <summary>A webhook whose messages wait.</summary>
/// <param name="FailingSince"><c>null</c>: it was not even tried since <paramref name="DueAt"/>.</param>
/// <param name="Waiting">How many messages.</param>
public sealed record LateSink(string Webhook, string Authority, DateTimeOffset? FailingSince, DateTimeOffset DueAt, string? LastError, long Waiting);

/// <summary>
/// What should never be found. Each question costs as much as is found, and nothing for the jobs and executions that are well, however
/// many there are; <paramref name="first"/> bounds how many are shown.
/// </summary>
public sealed class InvariantQueries(NpgsqlDataSource dataSource, string schema, int first)
{
    /// <summary>Claimed executions without an outcome that were due, and whose call would have timed out, before an instant; earliest first.</summary>
    public async Task<Found<StuckExecution>> StuckExecutionsAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        // Lateral, so that the jobs are looked up one by one, never read through. Runs that queue wait for the one before them.
        await using var command = dataSource.CreateCommand(
            $"""
            select o.id, o.job_id, o.due_at, count(*) over ()
            from (select id, job_id, scheduled_for, coalesce(retry_at, scheduled_for) as due_at from {schema}.open_executions
                  where coalesce(retry_at, scheduled_for) < $1) o
            join (select job_id, min(scheduled_for) as scheduled_for from {schema}.open_executions group by job_id) first on first.job_id = o.job_id
            cross join lateral (select definition from {schema}.jobs where id = o.job_id offset 0) j
            where o.due_at + (j.definition -> 'target' ->> 'timeout')::interval < $1
              and (o.scheduled_for = first.scheduled_for or j.definition -> 'policy' ->> 'overlap' <> 'QUEUE')
            order by o.due_at limit {first}
            """);
        command.Parameters.Add(new() { Value = before });
        return await FoundAsync(command, r => (new StuckExecution(r.GetGuid(0), r.GetGuid(1), r.GetFieldValue<DateTimeOffset>(2)), r.GetInt64(3)), cancellation);
    }

    /// <summary>Jobs with an instant past the grace that is neither claimed nor settled, by the last look at them; longest first.</summary>
    public async Task<Found<UnaccountedJob>> UnaccountedJobsAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select job_id, unaccounted_since, count(*) over () from {schema}.job_watch
            where unaccounted_since is not null
            order by unaccounted_since limit {first}
            """);
        return await FoundAsync(command, r => (new UnaccountedJob(r.GetGuid(0), r.GetFieldValue<DateTimeOffset>(1)), r.GetInt64(2)), cancellation);
    }

    /// <summary>Since when the job that waits longest is to be looked at; <c>null</c> when there is none.</summary>
    public async Task<DateTimeOffset?> OldestLookAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand($"select min(look_at) from {schema}.job_watch");
        return (await command.ReadAllAsync(r => r.GetNullableValue<DateTimeOffset>(0), cancellation)).Single();
    }

    /// <summary>Which of these subscriptions have not handled an event that was appended before an instant.</summary>
    public async Task<IReadOnlyList<LateSubscription>> LateSubscriptionsAsync(
        IReadOnlyCollection<string> names, DateTimeOffset before, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select p.name, e.timestamp
            from {schema}.mt_event_progression p
            cross join lateral (
                select timestamp from {schema}.mt_events where seq_id > p.last_seq_id order by seq_id limit 1) e
            where p.name = any ($1) and e.timestamp < $2
            order by p.name
            """);
        command.Parameters.Add(new() { Value = names.ToArray() });
        command.Parameters.Add(new() { Value = before });
        return await command.ReadAllAsync(r => new LateSubscription(r.GetString(0), r.GetFieldValue<DateTimeOffset>(1)), cancellation);
    }

    /// <summary>Webhooks that take nothing, or for which nobody has done anything, since before an instant; longest first.</summary>
    public async Task<Found<LateSink>> LateSinksAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select l.webhook, l.authority, l.failing_since, l.due_at, l.last_error,
                   (select count(*) from {schema}.alert_outbox o where o.sink = l.sink), l.count
            from (select sink, webhook, authority, failing_since, greatest(next_at, leased_until) as due_at, last_error, count(*) over () as count
                  from {schema}.alert_sinks
                  where failing_since < $1 or greatest(next_at, leased_until) < $1
                  order by coalesce(failing_since, next_at) limit {first}) l
            """);
        command.Parameters.Add(new() { Value = before });
        return await FoundAsync(
            command,
            r => (new LateSink(
                r.GetString(0),
                r.GetString(1),
                r.GetNullableValue<DateTimeOffset>(2),
                r.GetFieldValue<DateTimeOffset>(3),
                r.GetNullable<string>(4),
                r.GetInt64(5)), r.GetInt64(6)),
            cancellation);
    }

    /// <summary>Whether some node holds the right to schedule.</summary>
    public async Task<bool> IsScheduledAsync(CancellationToken cancellation)
    {
        // Where PostgreSQL shows an advisory lock's key: its two halves.
        await using var command = dataSource.CreateCommand(
            $"""
            select exists (
                select 1 from pg_locks
                where locktype = 'advisory' and granted and objsubid = 1
                  and database = (select oid from pg_database where datname = current_database())
                  and (classid::bigint << 32) | objid::bigint = hashtextextended('{schema}.scheduler', 0))
            """);
        return (await command.ReadAllAsync(r => r.GetBoolean(0), cancellation)).Single();
    }

    private static async Task<Found<T>> FoundAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, (T Row, long Count)> read, CancellationToken cancellation)
    {
        var rows = await command.ReadAllAsync(read, cancellation);
        return new([.. rows.Select(r => r.Row)], rows.Count == 0 ? 0 : rows[0].Count);
    }
}
