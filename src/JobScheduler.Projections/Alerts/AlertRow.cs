using System.Globalization;
using System.Text.Json.Serialization;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;

namespace JobScheduler.Projections.Alerts;

/// <summary>How far the webhook's delivery of an alert has come.</summary>
public enum AlertDelivery
{
    /// <summary>The job has no webhook.</summary>
    [JsonStringEnumMemberName("NONE")]
    None,

    [JsonStringEnumMemberName("PENDING")]
    Pending,

    [JsonStringEnumMemberName("DELIVERED")]
    Delivered,

    [JsonStringEnumMemberName("FAILED")]
    Failed,
}

/// <summary>A row of <c>alerts</c>.</summary>
public sealed record AlertRow(
    Guid Id,
    Guid JobId,
    AlertKind Kind,
    Guid? ExecutionId,
    string? JobName,
    string Api,
    DateTimeOffset ScheduledFor,
    DateTimeOffset? ExecutionTime,
    int? StatusCode,
    FailureKind? Failure,
    string Message,
    double? DurationMs,
    int Attempts,
    int ConsecutiveFailures,
    string? Webhook,
    AlertState State,
    DateTimeOffset RaisedAt,
    DateTimeOffset? AcknowledgedAt,
    string? Note,
    DateTimeOffset? ResolvedAt,
    AlertDelivery Delivery,
    DateTimeOffset? DeliveredAt,
    int? DeliveryAttempts,
    string? DeliveryError);

/// <summary>How many alerts are unresolved; each up to <see cref="Most"/>.</summary>
public sealed record UnresolvedCounts(int Open, int Acknowledged)
{
    /// <summary>Counting stops here, so that it costs little however many there are.</summary>
    public const int Most = 1_000;

    /// <summary>A count for people; empty for none.</summary>
    public static string Text(int count) => count switch
    {
        0 => "",
        >= Most => string.Create(CultureInfo.InvariantCulture, $"{Most:N0}+"),
        _ => count.ToString("N0", CultureInfo.InvariantCulture),
    };
}
