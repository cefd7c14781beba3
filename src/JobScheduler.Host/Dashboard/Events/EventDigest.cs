using System.Globalization;
using System.Text.Json;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Wire;
using JobScheduler.Host.Dashboard.Parts;

namespace JobScheduler.Host.Dashboard.Events;

/// <summary>What an event says, in a line; and all of it, as JSON.</summary>
internal static class EventDigest
{
    private static readonly JsonSerializerOptions Indented = new(WireJson.Camel) { WriteIndented = true };

    /// <summary>Without what stands beside it anyway: the type, and whose it is.</summary>
    public static string Of(StoredEvent stored) => stored.Data switch
    {
        JobCreated e => $"{Text(e.Schedule)}: {e.Target.Method} {e.Target.Api}",
        JobRescheduled e => Text(e.Schedule),
        JobRetargeted e => $"{e.Target.Method} {e.Target.Api}",
        JobPolicyChanged e => $"misfire {Words.Of(e.Policy.Misfire)}, overlap {Words.Of(e.Policy.Overlap)}, at most {Count(e.Policy.Retry.MaxAttempts, "attempt")}",
        JobAlertingChanged e => $"from {Count(e.Alerting.After, "failure")} on, {(e.Alerting.Webhook is { } webhook ? $"to {webhook}" : "without a webhook")}",
        JobRenamed e => e.Name ?? "no name",
        JobRetagged e => e.Tags.Count == 0 ? "no tags" : string.Join(", ", e.Tags),
        ExecutionScheduled => "due at",
        ExecutionRequested e => e.ReplayOf is null ? "by hand" : "replay of a past run",
        ExecutionStarted => "is sent once at most; due at",
        ExecutionCompleted e => Text(e.Result),
        ExecutionAttemptFailed e => $"{Text(e.Result)} Again at",
        ExecutionFailed e => Text(e.Result),
        ExecutionSkipped e => Words.Of(e.Reason),
        JobOccurrencesMissed e => $"{Count(e.Count, "occurrence")}: {Words.Of(e.Reason)}",
        AlertRaised e => e.Message,
        AlertAcknowledged e => e.Note ?? "",
        AlertResolved e => e.ExecutionId is null ? "the job changed" : "the job succeeded",
        AlertDeliveryAttemptFailed e => $"attempt {e.Attempt}: {e.Error} Again at",
        AlertDelivered e => $"{e.StatusCode} after {Count(e.Attempts, "attempt")}",
        AlertDeliveryFailed e => e.Error,
        AlertRedeliveryRequested e => $"to {e.Webhook}",
        _ => "",
    };

    /// <summary>The instant that <see cref="Of"/> ends in, which the browser writes on the reader's clock; <c>null</c>: none.</summary>
    public static DateTimeOffset? InstantOf(StoredEvent stored) => stored.Data switch
    {
        ExecutionScheduled e => e.ScheduledFor,
        ExecutionStarted e => e.ScheduledFor,
        ExecutionAttemptFailed e => e.RetryAt,
        AlertDeliveryAttemptFailed e => e.NextAttemptAt,
        _ => null,
    };

    /// <summary>The tone of its badge.</summary>
    public static string ToneOf(StoredEvent stored) => stored.Data switch
    {
        ExecutionCompleted or AlertDelivered or AlertResolved => "good",
        ExecutionFailed or JobOccurrencesMissed or AlertRaised or AlertDeliveryFailed => "bad",
        ExecutionAttemptFailed or ExecutionSkipped or AlertDeliveryAttemptFailed or JobPaused or JobDeleted => "warn",
        JobEvent or AlertEvent or ExecutionRequested => "accent",
        _ => "",
    };

    /// <summary>The job it is about, as far as the event itself knows.</summary>
    public static Guid? JobOf(StoredEvent stored) => stored.Data switch
    {
        JobEvent => stored.StreamId,
        ExecutionEvent e => e.JobId,
        AlertRaised e => e.JobId,
        AlertResolved e => e.JobId,
        AlertRedeliveryRequested e => e.JobId,
        _ => null,
    };

    /// <summary>As the API writes it, for people to read.</summary>
    public static string JsonOf(StoredEvent stored) => JsonSerializer.Serialize(stored.Data, Indented.GetTypeInfo(stored.Type.ClrType));

    private static string Text(Schedule schedule) =>
        schedule.Cron is null ? $"once, at {InstantText.Of(schedule.RunAt!.Value)}"
        : schedule.TimeZone == Schedule.Utc ? schedule.Cron
        : $"{schedule.Cron} in {schedule.TimeZone}";

    private static string Text(AttemptResult result)
    {
        var attempt = result.Attempt == 1 ? "" : $", attempt {result.Attempt}";
        return result.Success
            ? $"{result.StatusCode} in {Duration.Text(result.DurationMs)}{attempt}"
            : $"{result.Error} After {Duration.Text(result.DurationMs)}{attempt}.";
    }

    private static string Count(long count, string of) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {of}{(count == 1 ? "" : "s")}");
}
