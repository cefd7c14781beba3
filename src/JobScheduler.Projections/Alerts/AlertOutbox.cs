using JobScheduler.Domain;
using JobScheduler.Domain.Alerts;
using Npgsql;

namespace JobScheduler.Projections.Alerts;

/// <summary>A message that waits to be taken by a webhook.</summary>
/// <param name="Attempts">Made so far.</param>
/// <param name="CreatedAt">When it came to be waiting: when the alert was raised or resolved, or its redelivery was asked for.</param>
public sealed record OutboxMessage(Guid AlertId, AlertMessage Message, int Attempts, DateTimeOffset CreatedAt);

/// <summary>A message that waits, as its alert shows it.</summary>
/// <param name="NextAttemptAt">Not before.</param>
/// <param name="SinkFailures">Tries in a row, of whatever message, of which its webhook took none.</param>
/// <param name="SinkFailingSince"><c>null</c> when its webhook takes messages, or has not been tried.</param>
public sealed record WaitingMessage(AlertMessage Message, DateTimeOffset NextAttemptAt, int SinkFailures, DateTimeOffset? SinkFailingSince);

/// <summary>
/// The messages that wait for webhooks. Changed by <see cref="AlertOutboxProjection"/> only, with the events that say how they fared.
/// </summary>
public sealed class AlertOutbox(NpgsqlDataSource dataSource, string schema)
{
    /// <summary>Of each job, only the message that came first may be sent: a recovery never overtakes the failure before it.</summary>
    private readonly string _isFirstOfItsJob =
        $"not exists (select 1 from {schema}.alert_outbox e where e.sink = o.sink and e.job_id = o.job_id and e.position < o.position)";

    /// <summary>Messages for one webhook that may be sent now, no two of one job, those that wait longest first.</summary>
    public async Task<IReadOnlyList<OutboxMessage>> DueOfAsync(Guid sink, DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select alert_id, message, attempts, created_at from {schema}.alert_outbox o
            where sink = $1 and next_attempt_at <= $2 and {_isFirstOfItsJob}
            order by next_attempt_at, position limit $3
            """);
        command.Parameters.Add(new() { Value = sink });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(Read, cancellation);
    }

    /// <summary>Messages for one webhook that have waited since <paramref name="before"/> or longer, the longest first.</summary>
    public async Task<IReadOnlyList<OutboxMessage>> WaitingSinceAsync(Guid sink, DateTimeOffset before, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select alert_id, message, attempts, created_at from {schema}.alert_outbox
            where sink = $1 and created_at <= $2
            order by position limit $3
            """);
        command.Parameters.Add(new() { Value = sink });
        command.Parameters.Add(new() { Value = before });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(Read, cancellation);
    }

    /// <summary>When the next message for one webhook may be sent; <c>null</c> when none waits.</summary>
    public async Task<DateTimeOffset?> NextOfAsync(Guid sink, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"select min(next_attempt_at) from {schema}.alert_outbox o where sink = $1 and {_isFirstOfItsJob}");
        command.Parameters.Add(new() { Value = sink });
        return (await command.ReadAllAsync(r => r.GetNullableValue<DateTimeOffset>(0), cancellation)).Single();
    }

    /// <summary>The messages of one alert that wait.</summary>
    public async Task<IReadOnlyList<WaitingMessage>> WaitingOfAsync(Guid alertId, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select o.message, greatest(o.next_attempt_at, s.next_at), coalesce(s.failures, 0), s.failing_since
            from {schema}.alert_outbox o left join {schema}.alert_sinks s using (sink)
            where o.alert_id = $1
            """);
        command.Parameters.Add(new() { Value = alertId });
        return await command.ReadAllAsync(
            r => new WaitingMessage(
                WireName.Parse<AlertMessage>(r.GetString(0)), r.GetFieldValue<DateTimeOffset>(1), r.GetInt32(2), r.GetNullableValue<DateTimeOffset>(3)),
            cancellation);
    }

    private static OutboxMessage Read(NpgsqlDataReader r) =>
        new(r.GetGuid(0), WireName.Parse<AlertMessage>(r.GetString(1)), r.GetInt32(2), r.GetFieldValue<DateTimeOffset>(3));
}
