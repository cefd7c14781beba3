using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Projections.Alerts;

namespace JobScheduler.Host.Api.Alerts;

/// <summary>An alert.</summary>
/// <param name="ExecutionId">The run that failed; null when the job is overdue, as are executionTime, durationMs and failure.</param>
/// <param name="Message">One sentence for people.</param>
/// <param name="Time">When it was raised.</param>
/// <param name="Delivery">How far its webhook was told.</param>
internal sealed record AlertView(
    Guid AlertId,
    Guid JobId,
    Guid? ExecutionId,
    int? StatusCode,
    string Message,
    DateTimeOffset Time,
    string Api,
    DateTimeOffset? ExecutionTime,
    double? DurationMs,
    AlertState State,
    AlertDelivery Delivery,
    string? JobName,
    DateTimeOffset ScheduledFor,
    AlertKind Kind,
    FailureKind? Failure,
    int Attempts,
    int ConsecutiveFailures,
    string? Webhook,
    DateTimeOffset? AcknowledgedAt,
    string? Note,
    DateTimeOffset? ResolvedAt,
    DateTimeOffset? DeliveredAt,
    int? DeliveryAttempts,
    string? DeliveryError)
{
    public static AlertView Of(AlertRow row) => new(
        row.Id,
        row.JobId,
        row.ExecutionId,
        row.StatusCode,
        row.Message,
        row.RaisedAt,
        row.Api,
        row.ExecutionTime,
        row.DurationMs,
        row.State,
        row.Delivery,
        row.JobName,
        row.ScheduledFor,
        row.Kind,
        row.Failure,
        row.Attempts,
        row.ConsecutiveFailures,
        row.Webhook,
        row.AcknowledgedAt,
        row.Note,
        row.ResolvedAt,
        row.DeliveredAt,
        row.DeliveryAttempts,
        row.DeliveryError);
}

/// <param name="Note">What is being done about it; at most 1000 characters.</param>
internal sealed record AcknowledgeRequest(string? Note = null);
