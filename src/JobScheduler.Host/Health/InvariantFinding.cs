using System.Text.Json.Serialization;

namespace JobScheduler.Host.Health;

/// <summary>What should always hold, by how it does not.</summary>
internal enum InvariantKind
{
    /// <summary>No node holds the right to schedule.</summary>
    [JsonStringEnumMemberName("NO_SCHEDULER")]
    NoScheduler,

    /// <summary>An active job was due and that instant is neither claimed, run, skipped nor missed.</summary>
    [JsonStringEnumMemberName("OCCURRENCE_UNACCOUNTED")]
    OccurrenceUnaccounted,

    /// <summary>An execution was claimed, and its time to end has passed.</summary>
    [JsonStringEnumMemberName("EXECUTION_STUCK")]
    ExecutionStuck,

    /// <summary>Jobs are not looked at, to see whether they run.</summary>
    [JsonStringEnumMemberName("WATCH_BEHIND")]
    WatchBehind,

    /// <summary>A subscription has not handled what was appended.</summary>
    [JsonStringEnumMemberName("SUBSCRIPTION_BEHIND")]
    SubscriptionBehind,

    /// <summary>Alerts wait, and nobody tries to deliver them.</summary>
    [JsonStringEnumMemberName("DELIVERY_OVERDUE")]
    DeliveryOverdue,

    /// <summary>Alerts wait for a webhook that takes nothing.</summary>
    [JsonStringEnumMemberName("WEBHOOK_FAILING")]
    WebhookFailing,
}

/// <summary>One thing that is not as it should be.</summary>
/// <param name="Subject">Which one: a job's or an execution's id, a subscription's name, a webhook.</param>
/// <param name="What">One sentence for people; without the webhook's path, for it stands in the log.</param>
/// <param name="Action">What to do about it.</param>
internal sealed record InvariantFinding(InvariantKind Kind, string Subject, string What, DateTimeOffset Since, string Action);

/// <summary>What a scan has found.</summary>
/// <param name="Findings">By kind, and within it the longest first; of each kind a limited number.</param>
/// <param name="Counts">How many there are of each kind, those included that are not among the findings.</param>
internal sealed record InvariantReport(
    DateTimeOffset ScannedAt, TimeSpan Duration, IReadOnlyList<InvariantFinding> Findings, IReadOnlyDictionary<InvariantKind, long> Counts);
