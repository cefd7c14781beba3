using JobScheduler.Domain;
using JobScheduler.Domain.Alerts;
using JobScheduler.EventStore;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace JobScheduler.Projections.Alerts;

/// <summary>The alerts as they are now: <c>alerts</c>.</summary>
public sealed class AlertsReadModel : ReadModel
{
    public override string Name => "alerts";

    public override IReadOnlyList<string> Tables { get; } = ["alerts"];

    public override IReadOnlyCollection<string> EventTypes { get; } = EventCatalog.NamesIn(EventCatalog.AlertStream);

    protected override void Write(IReadOnlyList<StoredEvent> events, string schema, NpgsqlBatch batch)
    {
        var raised = new List<StoredEvent>();
        var acknowledged = new List<StoredEvent>();
        var resolved = new List<StoredEvent>();
        var deliveries = new Dictionary<Guid, Delivery>();
        foreach (var e in events)
        {
            switch (e.Data)
            {
                case AlertRaised: raised.Add(e); break;
                case AlertAcknowledged: acknowledged.Add(e); break;
                case AlertResolved: resolved.Add(e); break;
                case AlertEvent @event when Delivery.Of(e, @event) is { } delivery:
                    var webhook = delivery.Webhook ?? deliveries.GetValueOrDefault(e.StreamId)?.Webhook;
                    deliveries[e.StreamId] = delivery with { Webhook = webhook };
                    break;
            }
        }

        if (raised.Count > 0) Insert(raised, schema, batch);
        if (acknowledged.Count > 0) Acknowledge(acknowledged, schema, batch);
        if (resolved.Count > 0) Resolve(resolved, schema, batch);
        if (deliveries.Count > 0) Deliver(deliveries, schema, batch);
    }

    private static void Insert(List<StoredEvent> raised, string schema, NpgsqlBatch batch) => batch.Add(
        $"""
        insert into {schema}.alerts (id, job_id, execution_id, job_name, api, scheduled_for, execution_time, status_code, failure, message,
                                     duration_ms, attempts, consecutive_failures, webhook, raised_at, delivery, kind, state)
        select n.*, 'OPEN' from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) as n
        """,
        raised.Column(Uuid, e => e.StreamId),
        raised.Column(Uuid, e => Raised(e).JobId),
        raised.Column(Uuid, e => Raised(e).ExecutionId),
        raised.Column(Varchar, e => Raised(e).JobName),
        raised.Column(Varchar, e => Raised(e).Api),
        raised.Column(TimestampTz, e => Raised(e).ScheduledFor),
        raised.Column(TimestampTz, e => Raised(e).ExecutionTime),
        raised.Column(Integer, e => Raised(e).StatusCode),
        raised.Column(Varchar, e => Raised(e).Failure is { } failure ? WireName.Of(failure) : null),
        raised.Column(Varchar, e => Raised(e).Message),
        raised.Column(NpgsqlTypes.NpgsqlDbType.Double, e => Raised(e).DurationMs),
        raised.Column(Integer, e => Raised(e).Attempts),
        raised.Column(Integer, e => Raised(e).ConsecutiveFailures),
        raised.Column(Varchar, e => Raised(e).Webhook),
        raised.Column(TimestampTz, e => e.Timestamp),
        raised.Column(Varchar, e => WireName.Of(Raised(e).Webhook is null ? AlertDelivery.None : AlertDelivery.Pending)),
        raised.Column(Varchar, e => WireName.Of(Raised(e).Kind)));

    private static void Acknowledge(List<StoredEvent> acknowledged, string schema, NpgsqlBatch batch) => batch.Add(
        $"""
        update {schema}.alerts a
        set state = case when a.state = 'OPEN' then 'ACKNOWLEDGED' else a.state end, acknowledged_at = n.at, note = n.note
        from unnest($1, $2, $3) as n (id, at, note)
        where a.id = n.id
        """,
        acknowledged.Column(Uuid, e => e.StreamId),
        acknowledged.Column(TimestampTz, e => e.Timestamp),
        acknowledged.Column(Varchar, e => ((AlertAcknowledged)e.Data).Note));

    private static void Resolve(List<StoredEvent> resolved, string schema, NpgsqlBatch batch) => batch.Add(
        $"""
        update {schema}.alerts a
        set state = 'RESOLVED', resolved_at = n.at
        from unnest($1, $2) as n (id, at)
        where a.id = n.id
        """,
        resolved.Column(Uuid, e => e.StreamId),
        resolved.Column(TimestampTz, e => e.Timestamp));

    private static void Deliver(Dictionary<Guid, Delivery> deliveries, string schema, NpgsqlBatch batch) => batch.Add(
        $"""
        update {schema}.alerts a
        set delivery = n.delivery, delivery_attempts = n.attempts, delivered_at = n.at, delivery_error = n.error,
            webhook = coalesce(n.webhook, a.webhook)
        from unnest($1, $2, $3, $4, $5, $6) as n (id, delivery, attempts, at, error, webhook)
        where a.id = n.id
        """,
        deliveries.Column(Uuid, d => d.Key),
        deliveries.Column(Varchar, d => WireName.Of(d.Value.State)),
        deliveries.Column(Integer, d => d.Value.Attempts),
        deliveries.Column(TimestampTz, d => d.Value.At),
        deliveries.Column(Varchar, d => d.Value.Error),
        deliveries.Column(Varchar, d => d.Value.Webhook));

    private static AlertRaised Raised(StoredEvent e) => (AlertRaised)e.Data;

    /// <summary>What becomes of an alert's own message; of the recovery's, the row says nothing.</summary>
    /// <param name="Webhook">Where it is delivered to from now on; <c>null</c>: as before.</param>
    private sealed record Delivery(AlertDelivery State, int? Attempts, DateTimeOffset? At, string? Error, string? Webhook)
    {
        public static Delivery? Of(StoredEvent stored, AlertEvent @event) => @event switch
        {
            AlertDeliveryAttemptFailed { Message: not AlertMessage.JobRecovered } e => new(AlertDelivery.Pending, e.Attempt, null, e.Error, null),
            AlertDelivered { Message: not AlertMessage.JobRecovered } e => new(AlertDelivery.Delivered, e.Attempts, stored.Timestamp, null, null),
            AlertDeliveryFailed { Message: not AlertMessage.JobRecovered } e => new(AlertDelivery.Failed, e.Attempts, null, e.Error, null),
            AlertRedeliveryRequested { Message: not AlertMessage.JobRecovered } e => new(AlertDelivery.Pending, null, null, null, e.Webhook),
            _ => null,
        };
    }
}
