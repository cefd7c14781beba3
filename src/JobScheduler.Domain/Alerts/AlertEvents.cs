using JobScheduler.Domain.Executions;

namespace JobScheduler.Domain.Alerts;

// The events of an alert's stream. These records are a storage format: change them additively, or add an upcaster and a line in
// the changelog. Their stored names stand in EventCatalog.

/// <summary>An event of an alert's stream.</summary>
public abstract record AlertEvent;

/// <param name="Api">The URL that was called.</param>
/// <param name="Message">One sentence for people.</param>
/// <param name="ConsecutiveFailures">How many runs in a row had failed when the alert was raised, this one included.</param>
/// <param name="Webhook">Where it will be delivered; <c>null</c>: nowhere.</param>
public sealed record AlertRaised(
    Guid JobId,
    Guid ExecutionId,
    string? JobName,
    string Api,
    DateTimeOffset ScheduledFor,
    DateTimeOffset ExecutionTime,
    int? StatusCode,
    FailureKind Failure,
    string Message,
    double DurationMs,
    int Attempts,
    int ConsecutiveFailures,
    string? Webhook) : AlertEvent;

/// <summary>Somebody has seen the alert and takes care of it.</summary>
public sealed record AlertAcknowledged(string? Note) : AlertEvent;

/// <summary>The job succeeded again.</summary>
/// <param name="Webhook">Where the recovery will be announced; <c>null</c>: nowhere.</param>
public sealed record AlertResolved(
    Guid JobId, Guid ExecutionId, string? JobName, string Api, DateTimeOffset ExecutionTime, int? StatusCode, string? Webhook) : AlertEvent;

/// <summary>The webhook took the message.</summary>
public sealed record AlertDelivered(AlertMessage Message, int Attempts, int StatusCode) : AlertEvent;

/// <summary>The webhook did not take the message, and no further attempt will be made.</summary>
public sealed record AlertDeliveryFailed(AlertMessage Message, int Attempts, string Error) : AlertEvent;
