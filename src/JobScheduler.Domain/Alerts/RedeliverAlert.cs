namespace JobScheduler.Domain.Alerts;

/// <summary>Why a message cannot be delivered again.</summary>
public enum RedeliveryRejection
{
    /// <summary>The delivery that was begun has not ended.</summary>
    StillPending,

    /// <summary>The alert is not resolved: there is no recovery to tell of.</summary>
    NotResolved,

    /// <summary>Neither the job nor the alert has a webhook.</summary>
    NoWebhook,
}

/// <summary>What asking for another delivery comes to: exactly one of the two is given.</summary>
public sealed record RedeliveryDecision(AlertRedeliveryRequested? Event, RedeliveryRejection? Rejection);

/// <summary>Has a message of an alert delivered again, whether it was taken or given up before.</summary>
public static class RedeliverAlert
{
    /// <param name="jobWebhook">The job's webhook of now, which may have been mended since; <c>null</c>: it has none, or is deleted.</param>
    public static RedeliveryDecision Decide(Alert alert, AlertMessage message, string? jobWebhook)
    {
        if (alert.IsPending(message)) return new(null, RedeliveryRejection.StillPending);
        if (message == AlertMessage.JobRecovered && alert.State != AlertState.Resolved) return new(null, RedeliveryRejection.NotResolved);
        return (jobWebhook ?? alert.Raised.Webhook) is { } webhook
            ? new(new(alert.Raised.JobId, message, webhook), null)
            : new(null, RedeliveryRejection.NoWebhook);
    }
}
