using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;
using JobScheduler.Projections.Alerts;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Alerts;

/// <summary>Follows the failed executions and raises the alerts that their jobs ask for.</summary>
internal sealed class AlertRaiser(
    PostgresEventStore store,
    JobQueries jobs,
    ExecutionQueries executions,
    AlertQueries alerts,
    AlertResolver resolver,
    ILoggerFactory loggers)
{
    public const string CheckpointName = "alerts";

    /// <summary>Until <paramref name="cancellation"/> is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) =>
        new Subscription(store, CheckpointName, ["execution_failed"], RaiseAsync, logger: loggers.CreateLogger<Subscription>()).RunAsync(cancellation);

    /// <summary>Handling a failure twice raises one alert: its id follows from the execution's.</summary>
    private async Task RaiseAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellation)
    {
        var failures = events.Select(e => (Stored: e, Failed: (ExecutionFailed)e.Data)).ToList();
        var jobIds = failures.Select(f => f.Failed.JobId).Distinct().ToList();
        var rows = (await jobs.FindAllAsync(jobIds, cancellation)).ToDictionary(j => j.Id);
        var unresolved = new Dictionary<Guid, UnresolvedAlerts>(await alerts.UnresolvedAsync(jobIds, cancellation));

        var appends = new List<Task<AppendResult>>();
        foreach (var (stored, failed) in failures)
        {
            var row = rows[failed.JobId];
            var job = row.Definition;
            var enough = job.Alerting.After == 1
                || await executions.ConsecutiveFailuresAsync(failed.JobId, stored.StreamId, job.Alerting.After, cancellation) == job.Alerting.After;
            if (!enough) continue;
            var before = unresolved.GetValueOrDefault(failed.JobId);
            var inARow = Math.Max(job.Alerting.After, row.Progress!.ConsecutiveFailures);
            if (RaiseAlert.Decide(job, stored.StreamId, failed, inARow, before, stored.Timestamp) is not { } raised) continue;
            unresolved[failed.JobId] = new(stored.Timestamp, Acknowledged: false);
            appends.Add(store.AppendAsync(
                RaiseAlert.AlertIdOf(stored.StreamId), ExpectedVersion.NoStream, [raised], CausedBy(stored), cancellation));
        }

        await Task.WhenAll(appends);
        foreach (var jobId in jobIds) resolver.Watch(rows[jobId]);
    }

    private static EventMetadata CausedBy(StoredEvent stored) => new(CausationId: stored.Id.ToString());
}
