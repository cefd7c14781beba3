namespace JobScheduler.Domain.Jobs;

/// <summary>Who is told of failures, and how often.</summary>
/// <param name="Webhook">Absolute http or https URL that alerts are posted to; <c>null</c>: alerts are only recorded.</param>
/// <param name="After">Raise an alert from this many consecutive failures on; 1 to 1,000, by default 1.</param>
/// <param name="RepeatEvery">While the job keeps failing, raise no further alert before this has passed; <c>null</c>: each failure raises one.</param>
/// <param name="NotifyRecovery">Also tell the webhook when the job succeeds again.</param>
public sealed record Alerting(string? Webhook, int After, TimeSpan? RepeatEvery, bool NotifyRecovery)
{
    public static readonly Alerting Default = new(null, 1, null, NotifyRecovery: false);
}
