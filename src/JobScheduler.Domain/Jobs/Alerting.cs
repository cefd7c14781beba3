namespace JobScheduler.Domain.Jobs;

/// <summary>Who is told of failures and of a job that does not run, and how often.</summary>
/// <param name="Webhook">Absolute http or https URL that alerts are posted to; <c>null</c>: alerts are only recorded.</param>
/// <param name="After">Raise an alert from this many consecutive failures on; 1 to 1,000, by default 1.</param>
/// <param name="RepeatEvery">While the job keeps failing, raise no further alert before this has passed; <c>null</c>: each failure raises one.</param>
/// <param name="NotifyRecovery">Also tell the webhook when the job succeeds again, or runs after it was overdue.</param>
/// <param name="OverdueAfter">
/// Raise an alert when the job was due this long ago and has not run; 1 s to 30 days, or zero: never. <c>null</c>: what the
/// installation says.
/// </param>
public sealed record Alerting(string? Webhook, int After, TimeSpan? RepeatEvery, bool NotifyRecovery, TimeSpan? OverdueAfter = null)
{
    public static readonly Alerting Default = new(null, 1, null, NotifyRecovery: false);
}
