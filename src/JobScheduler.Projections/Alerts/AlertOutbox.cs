using JobScheduler.Domain;
using JobScheduler.Domain.Alerts;
using Npgsql;

namespace JobScheduler.Projections.Alerts;

/// <summary>A message that waits to be taken by a webhook.</summary>
/// <param name="Attempts">Made so far.</param>
public sealed record OutboxMessage(Guid AlertId, AlertMessage Message, string Webhook, string Payload, int Attempts, DateTimeOffset CreatedAt);

/// <summary>The queue of messages for webhooks.</summary>
public sealed class AlertOutbox(NpgsqlDataSource dataSource, string schema)
{
    /// <summary>
    /// Takes up to <paramref name="limit"/> messages that are due, longest due first. Until <paramref name="leaseUntil"/> nobody else
    /// gets them; after it, when neither a delivery nor a postponement was recorded, they are due again.
    /// </summary>
    public async Task<IReadOnlyList<OutboxMessage>> TakeDueAsync(
        DateTimeOffset now, DateTimeOffset leaseUntil, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            update {schema}.alert_outbox o
            set next_attempt_at = $2
            from (select alert_id, message from {schema}.alert_outbox where next_attempt_at <= $1
                  order by next_attempt_at limit $3 for update skip locked) d
            where o.alert_id = d.alert_id and o.message = d.message
            returning o.alert_id, o.message, o.webhook, o.payload, o.attempts, o.created_at
            """);
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = leaseUntil });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(
            r => new OutboxMessage(
                r.GetGuid(0), WireName.Parse<AlertMessage>(r.GetString(1)), r.GetString(2), r.GetString(3), r.GetInt32(4), r.GetFieldValue<DateTimeOffset>(5)),
            cancellation);
    }

    /// <summary>Notes a failed attempt, and when the next is due.</summary>
    public async Task PostponeAsync(OutboxMessage message, DateTimeOffset nextAttemptAt, string error, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            update {schema}.alert_outbox
            set attempts = attempts + 1, next_attempt_at = $3, last_error = $4
            where alert_id = $1 and message = $2
            """);
        command.Parameters.Add(new() { Value = message.AlertId });
        command.Parameters.Add(new() { Value = WireName.Of(message.Message) });
        command.Parameters.Add(new() { Value = nextAttemptAt });
        command.Parameters.Add(new() { Value = error });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Gives a message back untried, to be due at <paramref name="at"/>.</summary>
    public async Task PutBackAsync(OutboxMessage message, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"update {schema}.alert_outbox set next_attempt_at = $3 where alert_id = $1 and message = $2");
        command.Parameters.Add(new() { Value = message.AlertId });
        command.Parameters.Add(new() { Value = WireName.Of(message.Message) });
        command.Parameters.Add(new() { Value = at });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>When the next message is due; <c>null</c> when there is none.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand($"select min(next_attempt_at) from {schema}.alert_outbox");
        return (await command.ReadAllAsync(r => r.GetNullableValue<DateTimeOffset>(0), cancellation)).Single();
    }
}
