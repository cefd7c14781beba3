using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;
using JobScheduler.Projections.Alerts;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Alerts;

/// <summary>Follows the failed executions and raises the alerts that their jobs ask for; resolves them when the jobs succeed again.</summary>
internal sealed class AlertRaiser(
    PostgresEventStore store,
    JobQueries jobs,
    ExecutionQueries executions,
    AlertQueries alerts,
    ILoggerFactory loggers)
{
    public const string CheckpointName = "alerts";

    private static readonly TimeSpan LookForRecoveredEvery = TimeSpan.FromSeconds(1);
    private const int RecoveredAtOnce = 500;

    private readonly ILogger _logger = loggers.CreateLogger<AlertRaiser>();

    public Task RunAsync(CancellationToken cancellation)
    {
        var failures = new Subscription(store, CheckpointName, ["execution_failed"], RaiseAsync, logger: loggers.CreateLogger<Subscription>());
        return Task.WhenAll(failures.RunAsync(cancellation), ResolveAsync(cancellation));
    }

    /// <summary>Handling a failure twice raises one alert: its id follows from the execution's.</summary>
    private async Task RaiseAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellation)
    {
        var failures = events.Select(e => (Stored: e, Failed: (ExecutionFailed)e.Data)).ToList();
        var jobIds = failures.Select(f => f.Failed.JobId).Distinct().ToList();
        var rows = (await jobs.FindAllAsync(jobIds, cancellation)).ToDictionary(j => j.Id);
        var lastRaised = (await alerts.UnresolvedAsync(jobIds, cancellation)).ToDictionary(u => u.JobId, u => u.LastRaisedAt);

        var appends = new List<Task<AppendResult>>();
        foreach (var (stored, failed) in failures)
        {
            var job = rows[failed.JobId].Definition;
            var failuresInARow = job.Alerting.After == 1
                ? 1
                : await executions.ConsecutiveFailuresAsync(failed.JobId, stored.StreamId, job.Alerting.After, cancellation);
            DateTimeOffset? last = lastRaised.TryGetValue(failed.JobId, out var at) ? at : null;
            if (RaiseAlert.Decide(job, stored.StreamId, failed, failuresInARow, last, stored.Timestamp) is not { } raised) continue;
            lastRaised[failed.JobId] = stored.Timestamp;
            appends.Add(store.AppendAsync(
                RaiseAlert.AlertIdOf(stored.StreamId), ExpectedVersion.NoStream, [raised], CausedBy(stored), cancellation));
        }

        await Task.WhenAll(appends);
    }

    private async Task ResolveAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                foreach (var job in await alerts.RecoveredAsync(RecoveredAtOnce, cancellation)) await ResolveAsync(job, cancellation);
            }
            catch (Exception e) when (e is Npgsql.NpgsqlException or EventStoreUnavailableException)
            {
                _logger.LogWarning("Alerts of recovered jobs could not be resolved, trying again: {Reason}", e.Message);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(LookForRecoveredEvery, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The webhook is told once a recovery, with the latest of the alerts.</summary>
    private async Task ResolveAsync(RecoveredJob recovered, CancellationToken cancellation)
    {
        var row = await jobs.FindAsync(recovered.JobId, cancellation);
        var job = row!.Definition;
        var webhook = job.Alerting.NotifyRecovery ? job.Alerting.Webhook : null;
        await Task.WhenAll(recovered.AlertIds.Select(id => store.AppendAsync(
            id,
            ExpectedVersion.Any,
            [
                new AlertResolved(
                    recovered.JobId,
                    recovered.ExecutionId,
                    job.Target.Api,
                    recovered.ExecutionTime,
                    recovered.StatusCode,
                    id == recovered.AlertIds[^1] ? webhook : null),
            ],
            EventMetadata.None,
            cancellation)));
    }

    private static EventMetadata CausedBy(StoredEvent stored) => new(CausationId: stored.Id.ToString());
}
