using System.Text.Json.Serialization;

namespace JobScheduler.Domain.Executions;

/// <summary>How one attempt went.</summary>
/// <param name="Attempt">From 1.</param>
/// <param name="StartedAt">When the call was handed to the network.</param>
/// <param name="DurationMs">Milliseconds from <paramref name="StartedAt"/> to the end of the answer or the failure.</param>
/// <param name="LatenessMs">Milliseconds from the scheduled instant (or the retry's) to <paramref name="StartedAt"/>; never negative.</param>
/// <param name="StatusCode"><c>null</c> when no answer came.</param>
/// <param name="Failure"><c>null</c> when the attempt succeeded.</param>
/// <param name="Error">One sentence for people; <c>null</c> when the attempt succeeded.</param>
/// <param name="Response">The beginning of the answer's body, if it is text; <c>null</c> when there is none.</param>
/// <param name="ConnectMs">
/// Milliseconds from <paramref name="StartedAt"/> until there was a connection: the name, TCP and TLS; <c>null</c> when one was there, made
/// ahead or kept, or none came.
/// </param>
/// <param name="FirstByteMs">
/// Milliseconds from <paramref name="StartedAt"/> until the answer's headers were there, after redirects if those are followed;
/// <c>null</c> when none came.
/// </param>
/// <param name="ContentType">Of the answer, as it says; <c>null</c> when it does not. These three are <c>null</c> of earlier versions.</param>
public sealed record AttemptResult(
    int Attempt,
    DateTimeOffset StartedAt,
    double DurationMs,
    double LatenessMs,
    int? StatusCode = null,
    FailureKind? Failure = null,
    string? Error = null,
    string? Response = null,
    double? ConnectMs = null,
    double? FirstByteMs = null,
    string? ContentType = null)
{
    [JsonIgnore]
    public bool Success => Failure is null;
}

public enum FailureKind
{
    /// <summary>An answer came whose status code does not count as success.</summary>
    [JsonStringEnumMemberName("STATUS_CODE")]
    StatusCode,

    /// <summary>The job's timeout passed, that of the call or that of its connecting; the error says which.</summary>
    [JsonStringEnumMemberName("TIMEOUT")]
    Timeout,

    /// <summary>The name did not resolve, or the connection was refused, reset or not to be secured.</summary>
    [JsonStringEnumMemberName("CONNECTION")]
    Connection,

    /// <summary>The request could not be made of what the job says.</summary>
    [JsonStringEnumMemberName("INVALID_REQUEST")]
    InvalidRequest,

    /// <summary>The host ended after the claim, and the job must not be sent twice.</summary>
    [JsonStringEnumMemberName("OUTCOME_UNKNOWN")]
    OutcomeUnknown,
}
