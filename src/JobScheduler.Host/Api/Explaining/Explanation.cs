using System.Text.Json.Serialization;
using JobScheduler.Host.Api.Events;

namespace JobScheduler.Host.Api.Explaining;

/// <summary>What became, or will become, of a job at an instant.</summary>
internal enum ExplainVerdict
{
    /// <summary>It ran, and succeeded.</summary>
    [JsonStringEnumMemberName("COMPLETED")]
    Completed,

    /// <summary>It ran, and failed; the reason says how.</summary>
    [JsonStringEnumMemberName("FAILED")]
    Failed,

    /// <summary>It was claimed and not sent; the reason says why.</summary>
    [JsonStringEnumMemberName("SKIPPED")]
    Skipped,

    /// <summary>It is claimed, and has no outcome yet.</summary>
    [JsonStringEnumMemberName("OPEN")]
    Open,

    /// <summary>It was due and nobody ran it; the reason says why.</summary>
    [JsonStringEnumMemberName("MISSED")]
    Missed,

    /// <summary>It was due, and nothing is recorded of it.</summary>
    [JsonStringEnumMemberName("UNACCOUNTED")]
    Unaccounted,

    /// <summary>It lies ahead and is due, if nothing changes.</summary>
    [JsonStringEnumMemberName("WILL_BE_DUE")]
    WillBeDue,

    /// <summary>The schedule has no occurrence then.</summary>
    [JsonStringEnumMemberName("NOT_DUE")]
    NotDue,

    [JsonStringEnumMemberName("BEFORE_START")]
    BeforeStart,

    [JsonStringEnumMemberName("AFTER_END")]
    AfterEnd,

    [JsonStringEnumMemberName("PAUSED")]
    Paused,

    [JsonStringEnumMemberName("NOT_CREATED")]
    NotCreated,

    [JsonStringEnumMemberName("DELETED")]
    Deleted,

    /// <summary>This machine cannot read the schedule: it does not know its time zone.</summary>
    [JsonStringEnumMemberName("NOT_READABLE")]
    NotReadable,
}

/// <summary>Why a job ran, or did not, at an instant.</summary>
/// <param name="At">The instant asked about.</param>
/// <param name="LocalTime">The same on the clock of the job's zone, with its offset.</param>
/// <param name="Answer">The verdict in words.</param>
/// <param name="Reason">Why it was skipped or missed, or how it failed, as elsewhere in the API; else null.</param>
/// <param name="By">Who paused, changed, created or deleted the job, where that is the cause; else null.</param>
/// <param name="ExecutionId">The execution of that instant; null: there is none.</param>
/// <param name="PreviousExecutionTime">The occurrence before, on the schedule of that time; null: none since the job was created.</param>
/// <param name="NextExecutionTime">The occurrence after, on the schedule of that time; null: none.</param>
/// <param name="ClockChange">What the zone's clock did on that day, if it was set forward or back; else null.</param>
/// <param name="Events">What the verdict rests on, in the log's order.</param>
internal sealed record Explanation(
    Guid JobId,
    DateTimeOffset At,
    string LocalTime,
    string TimeZone,
    ExplainVerdict Verdict,
    string Answer,
    string? Reason,
    string? By,
    Guid? ExecutionId,
    DateTimeOffset? PreviousExecutionTime,
    DateTimeOffset? NextExecutionTime,
    string? ClockChange,
    IReadOnlyList<EventView> Events);
