using System.Text.Json.Serialization;

namespace JobScheduler.Domain.Alerts;

public enum AlertState
{
    [JsonStringEnumMemberName("OPEN")]
    Open,

    [JsonStringEnumMemberName("ACKNOWLEDGED")]
    Acknowledged,

    [JsonStringEnumMemberName("RESOLVED")]
    Resolved,
}

/// <summary>What a webhook is told.</summary>
public enum AlertMessage
{
    [JsonStringEnumMemberName("JOB_FAILED")]
    JobFailed,

    [JsonStringEnumMemberName("JOB_RECOVERED")]
    JobRecovered,
}

/// <summary>An alert as its events tell it.</summary>
public sealed record Alert(AlertRaised Raised, AlertState State)
{
    /// <summary>The alert after <paramref name="event"/>.</summary>
    /// <exception cref="InvalidOperationException">The event cannot follow: the stream is not an alert's, or broken.</exception>
    public static Alert Evolve(Alert? alert, AlertEvent @event) => (alert, @event) switch
    {
        (null, AlertRaised e) => new(e, AlertState.Open),
        ({ State: AlertState.Open } a, AlertAcknowledged) => a with { State = AlertState.Acknowledged },
        ({ State: not AlertState.Resolved } a, AlertResolved) => a with { State = AlertState.Resolved },
        ({ } a, AlertDelivered or AlertDeliveryFailed) => a,
        _ => throw new InvalidOperationException($"{@event.GetType().Name} cannot follow in this alert's stream."),
    };
}
