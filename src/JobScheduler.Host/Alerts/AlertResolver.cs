using System.Collections.Concurrent;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;
using JobScheduler.Projections.Alerts;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;
using Npgsql;

namespace JobScheduler.Host.Alerts;

/// <summary>Resolves the alerts of jobs that succeed again.</summary>
internal sealed class AlertResolver(
    PostgresEventStore store, JobQueries jobs, ExecutionQueries executions, AlertQueries alerts, ILogger<AlertResolver> logger)
{
    private const int AtOnce = 500;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>The jobs that may have unresolved alerts, and how often each had succeeded when it was last looked at.</summary>
    private readonly ConcurrentDictionary<Guid, long> _watched = [];

    /// <summary>An alert of this job may have been raised; the job as it was seen thereafter.</summary>
    public void Watch(JobRow job)
    {
        // The success that ends it may be among those seen.
        var seen = job.Progress is { ConsecutiveFailures: > 0, Successes: var successes } ? successes : 0;
        _watched.AddOrUpdate(job.Id, seen, (_, before) => Math.Min(before, seen));
    }

    /// <summary>Until <paramref name="cancellation"/> is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var isFilled = false;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (!isFilled)
                {
                    foreach (var jobId in await alerts.JobsWithUnresolvedAsync(cancellation)) _watched[jobId] = 0;
                    isFilled = true;
                }

                if (!_watched.IsEmpty)
                {
                    foreach (var (jobId, successes) in await jobs.SuccessesAsync([.. _watched.Keys], cancellation))
                        if (_watched.TryGetValue(jobId, out var seen) && successes > seen) await ResolveAsync(jobId, successes, cancellation);
                }
            }
            catch (Exception e) when (e is NpgsqlException or EventStoreUnavailableException)
            {
                logger.LogWarning("Alerts of recovered jobs could not be resolved, trying again: {Reason}", e.Message);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(LookEvery, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The webhook is told once a recovery, with the latest of the alerts.</summary>
    private async Task ResolveAsync(Guid jobId, long successes, CancellationToken cancellation)
    {
        // First, so that an alert which is raised meanwhile is watched for again.
        _watched.TryRemove(jobId, out _);
        var row = (await jobs.FindAsync(jobId, cancellation))!;
        var latest = await executions.ListAsync(jobId, ExecutionStatus.Completed, null, 1, DateTimeOffset.MaxValue, cancellation);
        if (latest is not [var success]) return;
        var job = row.Definition;
        var webhook = job.Alerting.NotifyRecovery ? job.Alerting.Webhook : null;
        var ended = await alerts.EndedByAsync(jobId, success, AtOnce, cancellation);
        var watchFrom = ended.Count == AtOnce ? 0 : successes;
        foreach (var id in ended)
        {
            var stream = await store.FetchStreamAsync(id, cancellationToken: cancellation);
            var alert = stream.Aggregate((Alert?)null, (a, e) => Alert.Evolve(a, (AlertEvent)e.Data));
            if (alert!.State == AlertState.Resolved) continue;
            var resolved = new AlertResolved(jobId, success.Id, job.Name, job.Target.Api, success.StartedAt!.Value, success.StatusCode, webhook);
            var appended = await store.AppendAsync(
                id, ExpectedVersion.Exactly(stream[^1].Version), [resolved], EventMetadata.None, cancellation);
            // Somebody acknowledged or resolved it just now: the next look sees to it.
            if (appended is AppendResult.Conflict) watchFrom = 0;
            webhook = null;
        }

        // The job may have failed since, and what it raised then wait for the next success.
        if (watchFrom == 0 || row.Progress!.ConsecutiveFailures > 0)
            _watched.AddOrUpdate(jobId, watchFrom, (_, before) => Math.Min(before, watchFrom));
    }
}
