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

/// <summary>What an alert is about.</summary>
public enum AlertKind
{
    /// <summary>A run failed.</summary>
    [JsonStringEnumMemberName("FAILED")]
    Failed,

    /// <summary>The job was due and did not run.</summary>
    [JsonStringEnumMemberName("OVERDUE")]
    Overdue,

    /// <summary>The job was due and did not run, nor has it ever.</summary>
    [JsonStringEnumMemberName("NEVER_RAN")]
    NeverRan,
}

/// <summary>What a webhook is told.</summary>
public enum AlertMessage
{
    [JsonStringEnumMemberName("JOB_FAILED")]
    JobFailed,

    [JsonStringEnumMemberName("JOB_OVERDUE")]
    JobOverdue,

    [JsonStringEnumMemberName("JOB_RECOVERED")]
    JobRecovered,
}

/// <summary>An alert as its events tell it.</summary>
public sealed record Alert(AlertRaised Raised, AlertState State)
{
    /// <summary>The webhook has yet to be told of the alert itself.</summary>
    public bool OpeningIsPending { get; init; }

    /// <summary>The webhook has yet to be told of the recovery.</summary>
    public bool RecoveryIsPending { get; init; }

    /// <summary>What the webhook is told when the alert is raised.</summary>
    public static AlertMessage OpeningOf(AlertRaised raised) => raised.Kind == AlertKind.Failed ? AlertMessage.JobFailed : AlertMessage.JobOverdue;

    /// <summary>Whether a message waits to be taken by its webhook.</summary>
    public bool IsPending(AlertMessage message) => message == AlertMessage.JobRecovered ? RecoveryIsPending : OpeningIsPending;

    /// <summary>The alert after <paramref name="event"/>.</summary>
    /// <exception cref="InvalidOperationException">The event cannot follow: the stream is not an alert's, or broken.</exception>
    public static Alert Evolve(Alert? alert, AlertEvent @event) => (alert, @event) switch
    {
        (null, AlertRaised e) => new(e, AlertState.Open) { OpeningIsPending = e.Webhook is not null },
        ({ State: AlertState.Open } a, AlertAcknowledged) => a with { State = AlertState.Acknowledged },
        ({ State: not AlertState.Resolved } a, AlertResolved e) =>
            a with { State = AlertState.Resolved, RecoveryIsPending = e.Webhook is not null },
        ({ } a, AlertDeliveryAttemptFailed) => a,
        ({ } a, AlertDelivered e) => a.With(e.Message, pending: false),
        ({ } a, AlertDeliveryFailed e) => a.With(e.Message, pending: false),
        ({ } a, AlertRedeliveryRequested e) => a.With(e.Message, pending: true),
        _ => throw new InvalidOperationException($"{@event.GetType().Name} cannot follow in this alert's stream."),
    };

    private Alert With(AlertMessage message, bool pending) =>
        message == AlertMessage.JobRecovered ? this with { RecoveryIsPending = pending } : this with { OpeningIsPending = pending };
}
