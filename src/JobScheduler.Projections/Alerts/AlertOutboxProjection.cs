using JobScheduler.Domain;
using JobScheduler.Domain.Alerts;
using JobScheduler.EventStore;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace JobScheduler.Projections.Alerts;

/// <summary>
/// Puts what a webhook is to be told into <c>alert_outbox</c>, in the transaction that records the alert, notes there what became of
/// each attempt, and takes it out in the transaction that records how the delivery ended. A queue, not a read model.
/// </summary>
public sealed class AlertOutboxProjection : IInlineProjection
{
    public void Apply(IReadOnlyList<StoredEvent> events, string schema, NpgsqlBatch batch)
    {
        var added = new List<Added>();
        var tried = new Dictionary<(Guid AlertId, AlertMessage Message), AlertDeliveryAttemptFailed>();
        var removed = new List<(Guid AlertId, AlertMessage Message)>();
        foreach (var stored in events)
        {
            switch (stored.Data)
            {
                case AlertRaised { Webhook: { } webhook } e: added.Add(new(stored, Alert.OpeningOf(e), e.JobId, webhook)); break;
                case AlertResolved { Webhook: { } webhook } e: added.Add(new(stored, AlertMessage.JobRecovered, e.JobId, webhook)); break;
                case AlertRedeliveryRequested e: added.Add(new(stored, e.Message, e.JobId, e.Webhook)); break;
                case AlertDeliveryAttemptFailed e: tried[(stored.StreamId, e.Message)] = e; break;
                case AlertDelivered e: removed.Add((stored.StreamId, e.Message)); break;
                case AlertDeliveryFailed e: removed.Add((stored.StreamId, e.Message)); break;
            }
        }

        if (removed.Count > 0) Remove(removed, schema, batch);
        if (tried.Count > 0) Postpone(tried, schema, batch);
        if (added.Count > 0) Add(added, schema, batch);
    }

    private static void Add(List<Added> added, string schema, NpgsqlBatch batch)
    {
        batch.Add(
            $"""
            insert into {schema}.alert_outbox (alert_id, message, job_id, webhook, position, created_at, next_attempt_at)
            select alert_id, message, job_id, webhook, position, at, at
            from unnest($1, $2, $3, $4, $5, $6) as n (alert_id, message, job_id, webhook, position, at)
            on conflict (alert_id, message) do update set
                webhook = excluded.webhook, position = excluded.position, created_at = excluded.created_at, attempts = 0,
                next_attempt_at = excluded.next_attempt_at
            """,
            added.Column(Uuid, a => a.Stored.StreamId),
            added.Column(Varchar, a => WireName.Of(a.Message)),
            added.Column(Uuid, a => a.JobId),
            added.Column(Varchar, a => a.Webhook),
            added.Column(Bigint, a => a.Stored.Sequence),
            added.Column(TimestampTz, a => a.Stored.Timestamp));
        // A webhook that takes nothing is not tried sooner because more waits for it.
        batch.Add(
            $"""
            insert into {schema}.alert_sinks as s (webhook, arrivals, next_at)
            select webhook, count(*), min(at) from unnest($1, $2) as n (webhook, at) group by webhook
            on conflict (sink) do update set
                arrivals = s.arrivals + excluded.arrivals,
                next_at = least(s.next_at, greatest(excluded.next_at, s.not_before))
            """,
            added.Column(Varchar, a => a.Webhook),
            added.Column(TimestampTz, a => a.Stored.Timestamp));
    }

    private static void Postpone(
        Dictionary<(Guid AlertId, AlertMessage Message), AlertDeliveryAttemptFailed> tried, string schema, NpgsqlBatch batch) => batch.Add(
        $"""
        update {schema}.alert_outbox o
        set attempts = t.attempts, next_attempt_at = t.next_attempt_at, last_error = t.error
        from unnest($1, $2, $3, $4, $5) as t (alert_id, message, attempts, next_attempt_at, error)
        where o.alert_id = t.alert_id and o.message = t.message
        """,
        tried.Column(Uuid, t => t.Key.AlertId),
        tried.Column(Varchar, t => WireName.Of(t.Key.Message)),
        tried.Column(Integer, t => t.Value.Attempt),
        tried.Column(TimestampTz, t => t.Value.NextAttemptAt),
        tried.Column(Varchar, t => t.Value.Error));

    private static void Remove(List<(Guid AlertId, AlertMessage Message)> removed, string schema, NpgsqlBatch batch) => batch.Add(
        $"""
        delete from {schema}.alert_outbox o
        using unnest($1, $2) as d (alert_id, message)
        where o.alert_id = d.alert_id and o.message = d.message
        """,
        removed.Column(Uuid, d => d.AlertId),
        removed.Column(Varchar, d => WireName.Of(d.Message)));

    private sealed record Added(StoredEvent Stored, AlertMessage Message, Guid JobId, string Webhook);
}
