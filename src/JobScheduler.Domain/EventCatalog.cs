using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.Domain;

/// <summary>An event type as it is stored: under which name, in which kind of stream, and how it is written.</summary>
public sealed record CatalogedEvent(Type ClrType, string Name, string StreamType, JsonTypeInfo JsonTypeInfo);

/// <summary>
/// Every event there is. A name is what the log holds for good, equal to the alias that Marten derives from the record's name:
/// a renamed record keeps it.
/// </summary>
public static class EventCatalog
{
    public const string JobStream = "job";
    public const string ExecutionStream = "execution";
    public const string AlertStream = "alert";

    public static readonly IReadOnlyList<CatalogedEvent> All =
    [
        Event<JobCreated>("job_created", JobStream),
        Event<JobRescheduled>("job_rescheduled", JobStream),
        Event<JobRetargeted>("job_retargeted", JobStream),
        Event<JobPolicyChanged>("job_policy_changed", JobStream),
        Event<JobAlertingChanged>("job_alerting_changed", JobStream),
        Event<JobRenamed>("job_renamed", JobStream),
        Event<JobRetagged>("job_retagged", JobStream),
        Event<JobPaused>("job_paused", JobStream),
        Event<JobResumed>("job_resumed", JobStream),
        Event<JobDeleted>("job_deleted", JobStream),
        Event<ExecutionScheduled>("execution_scheduled", ExecutionStream),
        Event<ExecutionRequested>("execution_requested", ExecutionStream),
        Event<ExecutionStarted>("execution_started", ExecutionStream),
        Event<ExecutionAttemptFailed>("execution_attempt_failed", ExecutionStream),
        Event<ExecutionCompleted>("execution_completed", ExecutionStream),
        Event<ExecutionFailed>("execution_failed", ExecutionStream),
        Event<ExecutionSkipped>("execution_skipped", ExecutionStream),
        Event<JobOccurrencesMissed>("job_occurrences_missed", ExecutionStream),
        Event<AlertRaised>("alert_raised", AlertStream),
        Event<AlertAcknowledged>("alert_acknowledged", AlertStream),
        Event<AlertResolved>("alert_resolved", AlertStream),
        Event<AlertDeliveryAttemptFailed>("alert_delivery_attempt_failed", AlertStream),
        Event<AlertDelivered>("alert_delivered", AlertStream),
        Event<AlertDeliveryFailed>("alert_delivery_failed", AlertStream),
        Event<AlertRedeliveryRequested>("alert_redelivery_requested", AlertStream),
    ];

    /// <summary>The stored names of the events of one kind of stream.</summary>
    public static IReadOnlyList<string> NamesIn(string streamType) => [.. All.Where(e => e.StreamType == streamType).Select(e => e.Name)];

    private static CatalogedEvent Event<T>(string name, string streamType) =>
        new(typeof(T), name, streamType, EventJson.Default.GetTypeInfo(typeof(T))!);
}

/// <summary>How events are written: camelCase, enums by name, absent for null. Marten reads it with Casing.CamelCase and enums as strings.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JobDefinition))]
[JsonSerializable(typeof(JobCreated))]
[JsonSerializable(typeof(JobRescheduled))]
[JsonSerializable(typeof(JobRetargeted))]
[JsonSerializable(typeof(JobPolicyChanged))]
[JsonSerializable(typeof(JobAlertingChanged))]
[JsonSerializable(typeof(JobRenamed))]
[JsonSerializable(typeof(JobRetagged))]
[JsonSerializable(typeof(JobPaused))]
[JsonSerializable(typeof(JobResumed))]
[JsonSerializable(typeof(JobDeleted))]
[JsonSerializable(typeof(ExecutionScheduled))]
[JsonSerializable(typeof(ExecutionRequested))]
[JsonSerializable(typeof(ExecutionStarted))]
[JsonSerializable(typeof(ExecutionAttemptFailed))]
[JsonSerializable(typeof(ExecutionCompleted))]
[JsonSerializable(typeof(ExecutionFailed))]
[JsonSerializable(typeof(ExecutionSkipped))]
[JsonSerializable(typeof(JobOccurrencesMissed))]
[JsonSerializable(typeof(AlertRaised))]
[JsonSerializable(typeof(AlertAcknowledged))]
[JsonSerializable(typeof(AlertResolved))]
[JsonSerializable(typeof(AlertDeliveryAttemptFailed))]
[JsonSerializable(typeof(AlertDelivered))]
[JsonSerializable(typeof(AlertDeliveryFailed))]
[JsonSerializable(typeof(AlertRedeliveryRequested))]
public sealed partial class EventJson : JsonSerializerContext;
