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

    /// <summary>The jobs that may have unresolved alerts.</summary>
    private readonly ConcurrentDictionary<Guid, bool> _watched = [];

    /// <summary>An alert of this job was raised.</summary>
    public void Watch(Guid jobId) => _watched[jobId] = true;

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
                    foreach (var jobId in await alerts.JobsWithUnresolvedAsync(cancellation)) Watch(jobId);
                    isFilled = true;
                }

                if (!_watched.IsEmpty)
                {
                    foreach (var jobId in await jobs.SucceedingAsync([.. _watched.Keys], cancellation)) await ResolveAsync(jobId, cancellation);
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
    private async Task ResolveAsync(Guid jobId, CancellationToken cancellation)
    {
        // First, so that an alert which is raised meanwhile is watched for again.
        _watched.TryRemove(jobId, out _);
        var row = (await jobs.FindAsync(jobId, cancellation))!;
        // The last run may have failed since; then the alerts wait for the next success.
        var success = (await executions.ListAsync(jobId, ExecutionStatus.Completed, null, 1, DateTimeOffset.MaxValue, cancellation))[0];
        var job = row.Definition;
        var webhook = job.Alerting.NotifyRecovery ? job.Alerting.Webhook : null;
        var unresolved = await alerts.UnresolvedOfAsync(jobId, AtOnce, cancellation);
        foreach (var id in unresolved)
        {
            var stream = await store.FetchStreamAsync(id, cancellationToken: cancellation);
            var alert = stream.Aggregate((Alert?)null, (a, e) => Alert.Evolve(a, (AlertEvent)e.Data));
            if (alert!.State == AlertState.Resolved) continue;
            var resolved = new AlertResolved(jobId, success.Id, job.Name, job.Target.Api, success.StartedAt!.Value, success.StatusCode, webhook);
            var appended = await store.AppendAsync(
                id, ExpectedVersion.Exactly(stream[^1].Version), [resolved], EventMetadata.None, cancellation);
            // Somebody acknowledged or resolved it just now: the next look sees to it.
            if (appended is AppendResult.Conflict) Watch(jobId);
            webhook = null;
        }

        if (unresolved.Count == AtOnce) Watch(jobId);
    }
}
