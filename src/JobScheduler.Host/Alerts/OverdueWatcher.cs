using System.Collections.Concurrent;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using JobScheduler.Host.Configuration;
using JobScheduler.Host.Scheduling;
using JobScheduler.Projections.Alerts;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;
using Npgsql;

namespace JobScheduler.Host.Alerts;

/// <summary>
/// Raises the alerts that jobs are overdue and resolves them when they have run. Knows nothing of the scheduler but what is recorded, so
/// that it notices when that one fails.
/// </summary>
internal sealed class OverdueWatcher(
    PostgresEventStore store,
    JobLooks jobLooks,
    JobQueries jobs,
    ExecutionQueries executions,
    AlertOptions options,
    InvariantOptions invariants,
    TimeProvider time,
    ILogger<OverdueWatcher> logger)
{
    private const int AtOnce = 1_000;
    private const int AppendsAtOnce = 16;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Between looks; after a longer one the bounds count anew.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How soon a job is looked at again that cannot be judged, or whose situation was told of before: its alert was resolved, and
    /// alerts then asked for anew.
    /// </summary>
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(1);

    /// <summary>Until <paramref name="cancellation"/> is cancelled; from now on jobs are being scheduled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var schedulingSince = time.GetUtcNow();
        var lookedAt = schedulingSince;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                int seen;
                do
                {
                    // The machine slept, its clock was set, or PostgreSQL was out of reach: the scheduler has to catch up too.
                    if ((time.GetUtcNow() - lookedAt).Duration() > LongestGap) schedulingSince = time.GetUtcNow();
                    seen = await LookAsync(schedulingSince, cancellation);
                    lookedAt = time.GetUtcNow();
                }
                while (seen == AtOnce);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever goes wrong with the watching must not end the scheduling, which runs beside it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.LogWarning(e, "Overdue jobs could not be looked for, trying again");
            }

            await Task.Delay(LookEvery, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks at the jobs that are to be looked at, as many as are taken at once.</summary>
    /// <param name="schedulingSince">Since when jobs are being scheduled.</param>
    /// <returns>How many they were.</returns>
    public async Task<int> LookAsync(DateTimeOffset schedulingSince, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var due = await jobLooks.DueAsync(now, AtOnce, cancellation);
        if (due.Count == 0) return 0;
        var watched = await WatchedAsync([.. due.Select(d => d.JobId)], cancellation);
        var looks = new ConcurrentBag<(WatchRow Row, JobLook Look)>();
        var together = new ParallelOptions { MaxDegreeOfParallelism = AppendsAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(due.Where(row => watched.ContainsKey(row.JobId)), together, async (row, token) =>
            looks.Add((row, await LookUnlessItFailsAsync(row, watched[row.JobId], schedulingSince, now, token))));

        var active = looks.Where(l => watched[l.Row.JobId].State == JobState.Active).ToList();
        await jobLooks.LookedAtAsync(active, cancellation);
        await jobLooks.ForgetAsync([.. due.Except(active.Select(l => l.Row))], cancellation);
        return due.Count;
    }

    /// <summary>One job that cannot be judged does not keep the others from being looked at.</summary>
    private async Task<JobLook> LookUnlessItFailsAsync(
        WatchRow row, WatchedJob job, DateTimeOffset schedulingSince, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            return await LookAsync(row, job, schedulingSince, now, cancellation);
        }
#pragma warning disable CA1031 // What is wrong with a job's record is not known beforehand; the log says it.
        catch (Exception e) when (e is not (NpgsqlException or EventStoreUnavailableException or OperationCanceledException))
#pragma warning restore CA1031
        {
            logger.LogError(e, "Whether job {JobId} is overdue could not be told", job.Id);
            return new(null, null, now + Later);
        }
    }

    private async Task<JobLook> LookAsync(
        WatchRow row, WatchedJob job, DateTimeOffset schedulingSince, DateTimeOffset now, CancellationToken cancellation)
    {
        var bound = job.Definition.Alerting.OverdueAfter ?? options.OverdueAfter;
        var wanted = bound == TimeSpan.Zero ? (TimeSpan?)null : bound;
        var look = JobWatch.Look(job, wanted, invariants.Grace, schedulingSince, now);
        if (row is { AlertId: { } alertId, OverdueSince: { } since })
        {
            if (JobWatch.IsOver(job, since, wanted)) await ResolveAsync(alertId, job, since, cancellation);
            else return look.Within(now + JobWatch.LookAgainAfter);
        }
        else if (look.Overdue is { } overdue && !await RaiseAsync(job, overdue, now, cancellation))
        {
            return look with { NextLook = now + Later };
        }

        return look;
    }

    /// <summary>False when this situation was told of before.</summary>
    private async Task<bool> RaiseAsync(WatchedJob job, OverdueJob overdue, DateTimeOffset now, CancellationToken cancellation)
    {
        var missed = await executions.MissedBetweenAsync(job.Id, overdue.Since, now, cancellation);
        var raised = RaiseOverdue.Decide(
            job, overdue, missed.Count == 0 ? null : new(missed.Sum(m => m.Count), missed[^1].LastAt, missed[^1].Reason));
        var id = RaiseAlert.OverdueAlertIdOf(job.Id, overdue.Since);
        if (await store.AppendAsync(id, ExpectedVersion.NoStream, [raised], EventMetadata.None, cancellation) is AppendResult.Conflict) return false;
        logger.LogWarning("Job {JobId} is overdue. {Message}", job.Id, raised.Message);
        return true;
    }

    private async Task ResolveAsync(Guid alertId, WatchedJob job, DateTimeOffset since, CancellationToken cancellation)
    {
        var alert = await store.FetchStreamAsync(alertId, cancellationToken: cancellation);
        var state = alert.Aggregate((Alert?)null, (a, e) => Alert.Evolve(a, (AlertEvent)e.Data))!.State;
        if (state == AlertState.Resolved) return;
        var last = job.LastRunAt >= since ? (await jobs.FindAsync(job.Id, cancellation))?.Progress : null;
        var definition = job.Definition;
        var resolved = new AlertResolved(
            job.Id,
            last?.LastExecutionId,
            definition.Name,
            definition.Target.Api,
            last?.LastExecutionTime,
            last?.LastStatusCode,
            definition.Alerting.NotifyRecovery ? definition.Alerting.Webhook : null);
        // A conflict is an acknowledgement of just now: the next look sees to it.
        await store.AppendAsync(alertId, ExpectedVersion.Exactly(alert[^1].Version), [resolved], EventMetadata.None, cancellation);
    }

    private async Task<IReadOnlyDictionary<Guid, WatchedJob>> WatchedAsync(IReadOnlyList<Guid> ids, CancellationToken cancellation)
    {
        // In the order in which an occurrence goes: what ends in between is seen at both places, and not taken for open.
        var open = await jobLooks.OpenAsync(ids, cancellation);
        var ended = await jobLooks.LastEndedAsync(ids, cancellation);
        var rows = await jobs.FindAllAsync(ids, cancellation);
        return rows.ToDictionary(
            row => row.Id,
            row => new WatchedJob(
                row.Id,
                row.State,
                row.Definition,
                TimetableOf(row),
                row.DueAfter,
                row.Progress?.SettledThrough,
                row.Progress?.LastExecutionTime,
                ended.TryGetValue(row.Id, out var at) ? at : null,
                [.. open[row.Id].Where(o => o.ScheduledFor != at)]));
    }

    private static Timetable? TimetableOf(JobRow row)
    {
        try
        {
            return SharedParts.Share(row.Definition.Schedule).Timetable;
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or FormatException)
        {
            return null;
        }
    }
}
