using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.Host.Dashboard.Executions;

/// <summary>What went wrong, in words, and what could be done about it.</summary>
internal static class Explained
{
    public static string Failure(FailureKind kind) => kind switch
    {
        FailureKind.StatusCode => "The receiver answered, but not with a success",
        FailureKind.Timeout => "It took too long",
        FailureKind.Connection => "No connection, or it broke",
        FailureKind.InvalidRequest => "The request could not be made",
        FailureKind.OutcomeUnknown => "Nobody knows whether it was sent",
        _ => throw new InvalidOperationException($"Unknown failure {kind}."),
    };

    /// <param name="statusCode">Of the answer; <c>null</c> when none came.</param>
    /// <param name="target">What was called, and how.</param>
    public static string Advice(FailureKind kind, int? statusCode, HttpTarget target) => kind switch
    {
        FailureKind.StatusCode => statusCode switch
        {
            401 or 403 => "It wants other credentials: look at the job's secret headers.",
            404 or 410 => "Nothing is there: look at the job's URL.",
            405 => $"It does not take {target.Method}: look at the job's method.",
            413 or 415 or 400 or 422 => "It does not like what it is sent: look at the job's body and its content type.",
            429 => "It is called too often: a retry honours its Retry-After; a slower schedule helps for good.",
            >= 300 and < 400 when !target.FollowRedirects => "It is a redirect, which the job does not follow: give its new URL, or set followRedirects.",
            >= 500 => "The receiver itself failed; its log says why. Retries get over what is short.",
            _ => "If this answer is fine, name it among the job's successCodes.",
        },
        FailureKind.Timeout => "If the receiver needs so long, raise the job's timeout; better, have it answer 202 at once and work afterwards.",
        FailureKind.Connection => "Is the receiver running, and can this machine reach it? Retries get over a restart of it.",
        FailureKind.InvalidRequest => "Look at the job's URL and headers.",
        FailureKind.OutcomeUnknown => "Ask the receiver whether it got the call; if it did not, replay it.",
        _ => throw new InvalidOperationException($"Unknown failure {kind}."),
    };

    public static string Skipped(SkipReason reason) => reason switch
    {
        SkipReason.JobChanged => "It was claimed ahead of its instant, but the job was changed before it was sent.",
        SkipReason.JobPaused => "It was claimed ahead of its instant, but the job was paused before it was sent.",
        SkipReason.JobDeleted => "It was claimed ahead of its instant, but the job was deleted before it was sent.",
        SkipReason.PreviousRunOpen => "An earlier run was still open, and the job's overlap policy does not let them run side by side.",
        _ => throw new InvalidOperationException($"Unknown reason {reason}."),
    };

    public static string Missed(MissedReason reason) => reason switch
    {
        MissedReason.SchedulerDown => "No node was scheduling, or none could reach PostgreSQL.",
        MissedReason.SchedulerLate => "The scheduler came to it later than the misfire grace allows.",
        MissedReason.Backlog => "Too many runs to the receiver's host were open already, for longer than the misfire grace.",
        MissedReason.ScheduleSuperseded => "No node was scheduling, and the job was changed before one could run it.",
        MissedReason.ClockJumped => "The scheduler's clock was set forward past it, or its machine slept.",
        _ => throw new InvalidOperationException($"Unknown reason {reason}."),
    };
}
