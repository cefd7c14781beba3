using JobScheduler.EventStore;
using JobScheduler.Host.Alerts;
using JobScheduler.Host.Configuration;
using JobScheduler.Host.Dispatching;
using Npgsql;

namespace JobScheduler.Host.Scheduling;

/// <summary>Schedules while this node holds the lease, and raises the alerts that follow.</summary>
internal sealed class SchedulerService(
    PostgresEventStore store,
    SchedulerTerm term,
    AlertRaiser alerts,
    AlertResolver recoveries,
    OverdueWatcher overdue,
    Dispatcher dispatcher,
    SchedulerOptions options,
    ILogger<SchedulerService> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Stops claiming and sending; calls under way have the configured grace to end, and what is open then stays open.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await dispatcher.DrainAsync(options.ShutdownGrace);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var lease = await SchedulerLease.AcquireAsync(store, logger, stoppingToken);
                using var holding = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lease.Lost);
                try
                {
                    await LeadAsync(holding);
                }
                finally
                {
                    // Before the lease is given back: the next node would send again what is still open.
                    if (stoppingToken.IsCancellationRequested) await dispatcher.DrainAsync(options.ShutdownGrace);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or EventStoreUnavailableException or OperationCanceledException)
            {
                logger.LogWarning("Scheduling was interrupted and will start again: {Reason}", e.Message);
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
#pragma warning disable CA1031 // A fault of ours must not end scheduling for good: what is open is taken over by the next start.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.LogError(e, "Scheduling failed and will start again");
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Until the lease is lost or one of the duties ends, which ends the others.</summary>
    private async Task LeadAsync(CancellationTokenSource holding)
    {
        Task[] duties =
            [term.RunAsync(holding.Token), alerts.RunAsync(holding.Token), recoveries.RunAsync(holding.Token), overdue.RunAsync(holding.Token)];
        await Task.WhenAny(duties);
        await holding.CancelAsync();
        await Task.WhenAll(duties);
    }
}
