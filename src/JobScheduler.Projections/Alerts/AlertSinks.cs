using Npgsql;
using NpgsqlTypes;

namespace JobScheduler.Projections.Alerts;

/// <summary>A webhook for which messages wait, leased to who took it.</summary>
/// <param name="Webhook">Its URL, which is what it is known by.</param>
/// <param name="Authority">Its host and port.</param>
/// <param name="Arrivals">How many messages had come for it when it was taken.</param>
/// <param name="Failures">Rounds in a row in which it took nothing; from one on, it is tried with one message at a time.</param>
/// <param name="AtOnce">How many messages it is sent at once; from 1.</param>
public sealed record AlertSink(
    Guid Id, string Webhook, string Authority, long Arrivals, DateTimeOffset LeasedUntil, int Failures, DateTimeOffset? FailingSince, int AtOnce);

/// <summary>The webhooks for which messages wait, and when each is to be seen to.</summary>
public sealed class AlertSinks(NpgsqlDataSource dataSource, string schema)
{
    /// <summary>
    /// Takes up to <paramref name="limit"/> webhooks that are due, longest due first. Until <paramref name="leaseUntil"/> nobody else
    /// gets them, unless they are given back before.
    /// </summary>
    /// <param name="exceptAuthorities">None of these hosts, which are busy.</param>
    public async Task<IReadOnlyList<AlertSink>> TakeDueAsync(
        DateTimeOffset now, DateTimeOffset leaseUntil, IReadOnlyCollection<string> exceptAuthorities, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            update {schema}.alert_sinks s
            set leased_until = $2
            from (select sink from {schema}.alert_sinks
                  where next_at <= $1 and leased_until <= $1 and authority <> all ($3)
                  order by next_at limit $4 for update skip locked) d
            where s.sink = d.sink
            returning s.sink, s.webhook, s.authority, s.arrivals, s.leased_until, s.failures, s.failing_since, s.at_once
            """);
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = leaseUntil });
        command.Parameters.Add(new() { Value = exceptAuthorities.ToArray() });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(
            r => new AlertSink(
                r.GetGuid(0),
                r.GetString(1),
                r.GetString(2),
                r.GetInt64(3),
                r.GetFieldValue<DateTimeOffset>(4),
                r.GetInt32(5),
                r.GetNullableValue<DateTimeOffset>(6),
                r.GetInt32(7)),
            cancellation);
    }

    /// <summary>
    /// Gives a webhook back, with what was learnt of it, to be due at <paramref name="nextAt"/>, or at once if messages came meanwhile;
    /// but not before <paramref name="notBefore"/>. Nothing happens when the lease has passed to somebody else.
    /// </summary>
    /// <param name="notBefore"><c>null</c>: it may be tried at any time.</param>
    /// <param name="lastError">Why it took nothing; <c>null</c>: as before.</param>
    public async Task GiveBackAsync(
        AlertSink sink, DateTimeOffset nextAt, DateTimeOffset? notBefore, string? lastError, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            update {schema}.alert_sinks
            set leased_until = '-infinity', failures = $4, failing_since = $5, at_once = $6,
                last_error = case when $4 > 0 then coalesce($7, last_error) end,
                next_at = greatest(case when arrivals = $3 then $8 else next_at end, $9), not_before = $9
            where sink = $1 and leased_until = $2
            """);
        command.Parameters.Add(new() { Value = sink.Id });
        command.Parameters.Add(new() { Value = sink.LeasedUntil });
        command.Parameters.Add(new() { Value = sink.Arrivals });
        command.Parameters.Add(new() { Value = sink.Failures });
        command.Parameters.Add(new() { Value = sink.FailingSince ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = sink.AtOnce });
        command.Parameters.Add(new() { Value = lastError ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar });
        command.Parameters.Add(new() { Value = nextAt });
        command.Parameters.Add(new() { Value = notBefore ?? DateTimeOffset.MinValue });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Forgets a webhook for which no message waits any more. False when some came meanwhile.</summary>
    public async Task<bool> ForgetAsync(AlertSink sink, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"delete from {schema}.alert_sinks where sink = $1 and leased_until = $2 and arrivals = $3");
        command.Parameters.Add(new() { Value = sink.Id });
        command.Parameters.Add(new() { Value = sink.LeasedUntil });
        command.Parameters.Add(new() { Value = sink.Arrivals });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>When the next webhook is to be seen to; <c>null</c> when none is.</summary>
    /// <param name="exceptAuthorities">Of other hosts than these.</param>
    public async Task<DateTimeOffset?> NextDueAsync(IReadOnlyCollection<string> exceptAuthorities, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"select min(greatest(next_at, leased_until)) from {schema}.alert_sinks where authority <> all ($1)");
        command.Parameters.Add(new() { Value = exceptAuthorities.ToArray() });
        return (await command.ReadAllAsync(r => r.GetNullableValue<DateTimeOffset>(0), cancellation)).Single();
    }
}
