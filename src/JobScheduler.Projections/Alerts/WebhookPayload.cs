using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using JobScheduler.Domain;
using JobScheduler.Domain.Alerts;
using JobScheduler.EventStore;

namespace JobScheduler.Projections.Alerts;

/// <summary>The body that a webhook is sent.</summary>
public sealed record WebhookPayload(
    string Event,
    string Kind,
    Guid AlertId,
    Guid JobId,
    Guid? ExecutionId,
    string? JobName,
    string Api,
    DateTimeOffset? ScheduledFor,
    DateTimeOffset? ExecutionTime,
    int? StatusCode,
    double? DurationMs,
    string? Failure,
    string Message,
    int? Attempts,
    int? ConsecutiveFailures,
    DateTimeOffset Time)
{
    /// <summary>What a message says, made of its alert's events, so that it says the same each time.</summary>
    /// <exception cref="InvalidOperationException">The alert's events give no such message.</exception>
    public static WebhookPayload Of(IReadOnlyList<StoredEvent> alert, AlertMessage message) =>
        message == AlertMessage.JobRecovered
            ? Of(alert.First(e => e.Data is AlertResolved), (AlertRaised)alert[0].Data)
            : Of(alert[0]);

    /// <summary>As it is posted.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, WebhookJson.Default.WebhookPayload);

    private static WebhookPayload Of(StoredEvent stored)
    {
        var e = (AlertRaised)stored.Data;
        return new(
            WireName.Of(Alert.OpeningOf(e)), WireName.Of(e.Kind), stored.StreamId, e.JobId, e.ExecutionId, e.JobName, e.Api, e.ScheduledFor,
            e.ExecutionTime, e.StatusCode, e.DurationMs, e.Failure is { } failure ? WireName.Of(failure) : null, e.Message, e.Attempts,
            e.ConsecutiveFailures, stored.Timestamp);
    }

    private static WebhookPayload Of(StoredEvent stored, AlertRaised raised)
    {
        var e = (AlertResolved)stored.Data;
        var text = raised.Kind == AlertKind.Failed ? "The job succeeded again." : e.ExecutionId is null ? "The job is no longer due." : "The job has run.";
        return new(
            WireName.Of(AlertMessage.JobRecovered), WireName.Of(raised.Kind), stored.StreamId, e.JobId, e.ExecutionId, e.JobName, e.Api, null,
            e.ExecutionTime, e.StatusCode, null, null, text, null, null, stored.Timestamp);
    }
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
