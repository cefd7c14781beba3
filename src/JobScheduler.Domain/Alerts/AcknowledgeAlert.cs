namespace JobScheduler.Domain.Alerts;

/// <summary>Notes that somebody takes care of an alert; a second time, or after it was resolved, changes nothing.</summary>
public static class AcknowledgeAlert
{
    /// <returns>The event; <c>null</c> when nothing changes.</returns>
    public static AlertAcknowledged? Decide(Alert alert, string? note) =>
        alert.State == AlertState.Open ? new AlertAcknowledged(note) : null;
}
