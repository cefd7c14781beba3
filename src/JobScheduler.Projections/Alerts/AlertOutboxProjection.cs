using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using JobScheduler.Domain;
using JobScheduler.Domain.Alerts;
using JobScheduler.EventStore;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace JobScheduler.Projections.Alerts;

/// <summary>
/// Puts what a webhook is to be told into <c>alert_outbox</c>, in the transaction that records the alert, and takes it out in the
/// one that records the delivery. A queue, not a read model.
/// </summary>
public sealed class AlertOutboxProjection : IInlineProjection
{
    public void Apply(IReadOnlyList<StoredEvent> events, string schema, NpgsqlBatch batch)
    {
        var added = new List<(StoredEvent Stored, string Webhook, WebhookPayload Payload)>();
        var removed = new List<(Guid AlertId, AlertMessage Message)>();
        foreach (var stored in events)
        {
            switch (stored.Data)
            {
                case AlertRaised { Webhook: { } webhook } e: added.Add((stored, webhook, WebhookPayload.Of(stored, e))); break;
                case AlertResolved { Webhook: { } webhook } e: added.Add((stored, webhook, WebhookPayload.Of(stored, e))); break;
                case AlertDelivered e: removed.Add((stored.StreamId, e.Message)); break;
                case AlertDeliveryFailed e: removed.Add((stored.StreamId, e.Message)); break;
            }
        }

        if (added.Count > 0)
        {
            batch.Add(
                $"""
                insert into {schema}.alert_outbox (alert_id, message, webhook, payload, created_at, next_attempt_at)
                select alert_id, message, webhook, payload, at, at
                from unnest($1, $2, $3, $4, $5) as n (alert_id, message, webhook, payload, at)
                """,
                added.Column(Uuid, a => a.Stored.StreamId),
                added.Column(Varchar, a => a.Payload.Event),
                added.Column(Varchar, a => a.Webhook),
                added.Column(Varchar, a => JsonSerializer.Serialize(a.Payload, WebhookJson.Default.WebhookPayload)),
                added.Column(TimestampTz, a => a.Stored.Timestamp));
        }

        if (removed.Count > 0)
        {
            batch.Add(
                $"""
                delete from {schema}.alert_outbox o
                using unnest($1, $2) as d (alert_id, message)
                where o.alert_id = d.alert_id and o.message = d.message
                """,
                removed.Column(Uuid, d => d.AlertId),
                removed.Column(Varchar, d => WireName.Of(d.Message)));
        }
    }
}

/// <summary>The body that a webhook is sent.</summary>
public sealed record WebhookPayload(
    string Event,
    Guid AlertId,
    Guid JobId,
    Guid ExecutionId,
    string? JobName,
    string Api,
    DateTimeOffset? ScheduledFor,
    DateTimeOffset ExecutionTime,
    int? StatusCode,
    double? DurationMs,
    string? Failure,
    string Message,
    int? Attempts,
    int? ConsecutiveFailures,
    DateTimeOffset Time)
{
    internal static WebhookPayload Of(StoredEvent stored, AlertRaised e) => new(
        WireName.Of(AlertMessage.JobFailed), stored.StreamId, e.JobId, e.ExecutionId, e.JobName, e.Api, e.ScheduledFor, e.ExecutionTime,
        e.StatusCode, e.DurationMs, WireName.Of(e.Failure), e.Message, e.Attempts, e.ConsecutiveFailures, stored.Timestamp);

    internal static WebhookPayload Of(StoredEvent stored, AlertResolved e) => new(
        WireName.Of(AlertMessage.JobRecovered), stored.StreamId, e.JobId, e.ExecutionId, e.JobName, e.Api, null, e.ExecutionTime,
        e.StatusCode, null, null, "The job succeeded again.", null, null, stored.Timestamp);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UtcMilliseconds)])]
[JsonSerializable(typeof(WebhookPayload))]
internal sealed partial class WebhookJson : JsonSerializerContext;

/// <summary>Instants as the API writes them: UTC, to the millisecond.</summary>
internal sealed class UtcMilliseconds : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}
