using System.Security.Cryptography;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.Domain.Alerts;

/// <summary>A job's unresolved alerts of failed runs.</summary>
/// <param name="LastRaisedAt">When the latest of them was raised.</param>
/// <param name="Acknowledged">Somebody takes care: at least one of them is acknowledged.</param>
public sealed record UnresolvedAlerts(DateTimeOffset LastRaisedAt, bool Acknowledged);

/// <summary>
/// Decides whether a failed execution raises an alert, by the job's <see cref="Alerting"/>. While an acknowledged one is unresolved, none does.
/// </summary>
public static class RaiseAlert
{
    /// <param name="consecutiveFailures">Failures in a row, this one included; need not be counted beyond <see cref="Alerting.After"/>.</param>
    /// <param name="unresolved"><c>null</c>: the job has none.</param>
    /// <param name="failedAt">When this execution failed.</param>
    /// <returns>The event; <c>null</c> when none is to be raised.</returns>
    public static AlertRaised? Decide(
        JobDefinition job, Guid executionId, ExecutionFailed failed, int consecutiveFailures, UnresolvedAlerts? unresolved, DateTimeOffset failedAt)
    {
        var alerting = job.Alerting;
        if (consecutiveFailures < alerting.After) return null;
        if (unresolved is { Acknowledged: true }) return null;
        if (alerting.RepeatEvery is { } every && failedAt - unresolved?.LastRaisedAt < every) return null;
        return new AlertRaised(
            failed.JobId,
            executionId,
            job.Name,
            job.Target.Api,
            failed.ScheduledFor,
            failed.Result.StartedAt,
            failed.Result.StatusCode,
            failed.Result.Failure!.Value,
            failed.Result.Error!,
            failed.Result.DurationMs,
            failed.Result.Attempt,
            consecutiveFailures,
            alerting.Webhook);
    }

    /// <summary>
    /// An alert's id is a function of the execution that raised it, so that a failure handled twice raises one: a version-8 UUID
    /// that keeps the execution's leading 48 bits, its instant.
    /// </summary>
    public static Guid AlertIdOf(Guid executionId) => IdOf(executionId, []);

    /// <summary>Likewise the id of the alert that a job is overdue: one for the instant since which it is, another than a failure of that run has.</summary>
    public static Guid OverdueAlertIdOf(Guid jobId, DateTimeOffset since) => IdOf(ExecutionId.Of(jobId, since), "overdue"u8);

    private static Guid IdOf(Guid executionId, ReadOnlySpan<byte> about)
    {
        Span<byte> id = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[32];
        Span<byte> hashed = stackalloc byte[id.Length + about.Length];
        executionId.TryWriteBytes(id, bigEndian: true, out _);
        id.CopyTo(hashed);
        about.CopyTo(hashed[id.Length..]);
        SHA256.HashData(hashed, hash);
        hash[..10].CopyTo(id[6..]);
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
