using System.Security.Cryptography;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.Domain.Alerts;

/// <summary>Decides whether a failed execution raises an alert, by the job's <see cref="Alerting"/>.</summary>
public static class RaiseAlert
{
    /// <param name="consecutiveFailures">Failures in a row, this one included; need not be counted beyond <see cref="Alerting.After"/>.</param>
    /// <param name="lastRaisedAt">When the job's latest unresolved alert was raised; <c>null</c>: it has none.</param>
    /// <param name="failedAt">When this execution failed.</param>
    /// <returns>The event; <c>null</c> when none is to be raised.</returns>
    public static AlertRaised? Decide(
        JobDefinition job, Guid executionId, ExecutionFailed failed, int consecutiveFailures, DateTimeOffset? lastRaisedAt, DateTimeOffset failedAt)
    {
        var alerting = job.Alerting;
        if (consecutiveFailures < alerting.After) return null;
        if (alerting.RepeatEvery is { } every && lastRaisedAt is { } last && failedAt - last < every) return null;
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
    public static Guid AlertIdOf(Guid executionId)
    {
        Span<byte> id = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[32];
        executionId.TryWriteBytes(id, bigEndian: true, out _);
        SHA256.HashData(id, hash);
        hash[..10].CopyTo(id[6..]);
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
