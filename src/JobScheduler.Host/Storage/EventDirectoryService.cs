using JobScheduler.EventStore;
using JobScheduler.Host.Dispatching;

namespace JobScheduler.Host.Storage;

/// <summary>Keeps the event directory up to date, on every node, but not while calls that are due are being sent.</summary>
internal sealed class EventDirectoryService(PostgresEventStore store, Dispatcher dispatcher, ILogger<EventDirectoryUpkeep> logger) : BackgroundService
{
    private readonly EventDirectoryUpkeep _upkeep = new(store, () => dispatcher.BetweenBursts, logger);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _upkeep.RunAsync(stoppingToken);
}
