using System.Text.Json.Serialization;
using JobScheduler.Domain.Executions;

namespace JobScheduler.Domain.Alerts;

// The events of an alert's stream. These records are a storage format: change them additively, or add an upcaster and a line in
// the changelog. Their stored names stand in EventCatalog.

/// <summary>An event of an alert's stream.</summary>
public abstract record AlertEvent;

/// <param name="ExecutionId">The run that failed; <c>null</c> when none did.</param>
/// <param name="Api">The URL that is called.</param>
/// <param name="ScheduledFor">When the failed run was due, or the first that should have been run and was not.</param>
/// <param name="Message">One sentence for people.</param>
/// <param name="ConsecutiveFailures">How many runs in a row had failed when the alert was raised, this one included.</param>
/// <param name="Webhook">Where it will be delivered; <c>null</c>: nowhere.</param>
/// <param name="Kind">Not written when a run failed.</param>
public sealed record AlertRaised(
    Guid JobId,
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
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] AlertKind Kind = AlertKind.Failed) : AlertEvent;

/// <summary>Somebody has seen the alert and takes care of it.</summary>
public sealed record AlertAcknowledged(string? Note) : AlertEvent;

/// <summary>The job succeeded again; one that was overdue has run, or is no longer due.</summary>
/// <param name="ExecutionId">The run that it did; <c>null</c> when the job changed instead, or was paused or deleted.</param>
/// <param name="Webhook">Where the recovery will be announced; <c>null</c>: nowhere.</param>
public sealed record AlertResolved(
    Guid JobId, Guid? ExecutionId, string? JobName, string Api, DateTimeOffset? ExecutionTime, int? StatusCode, string? Webhook) : AlertEvent;

/// <summary>The webhook did not take the message; it will be tried again.</summary>
/// <param name="Attempt">From 1; counted anew when somebody asks for the message to be delivered again.</param>
/// <param name="StatusCode"><c>null</c> when no answer came.</param>
/// <param name="NextAttemptAt">Not before; later while the webhook takes nothing from anybody.</param>
public sealed record AlertDeliveryAttemptFailed(
    AlertMessage Message, int Attempt, int? StatusCode, string Error, DateTimeOffset NextAttemptAt) : AlertEvent;

/// <summary>The webhook took the message.</summary>
public sealed record AlertDelivered(AlertMessage Message, int Attempts, int StatusCode) : AlertEvent;

/// <summary>The webhook did not take the message, and no further attempt will be made.</summary>
/// <param name="Attempts">None when the webhook took nothing from anybody for as long as the message waited.</param>
/// <param name="StatusCode">Of the last attempt's answer; <c>null</c> when none came.</param>
public sealed record AlertDeliveryFailed(AlertMessage Message, int Attempts, string Error, int? StatusCode = null) : AlertEvent;

/// <summary>Somebody asked for the message to be delivered again.</summary>
/// <param name="Webhook">Where to.</param>
public sealed record AlertRedeliveryRequested(Guid JobId, AlertMessage Message, string Webhook) : AlertEvent;
