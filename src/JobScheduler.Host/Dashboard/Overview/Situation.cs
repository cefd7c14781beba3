using JobScheduler.EventStore;
using JobScheduler.Host.Dashboard.Sharing;
using JobScheduler.Host.Dispatching;
using JobScheduler.Host.Health;
using JobScheduler.Projections.Alerts;
using JobScheduler.Projections.Health;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Dashboard.Overview;

/// <summary>How things stand besides what ran and what will run, shared by all readers: trouble as of a second ago, what is dearer as of five.</summary>
internal sealed class Situation
{
    private const int First = 6;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestOfStock = TimeSpan.FromSeconds(5);

    private readonly JobQueries _jobs;
    private readonly AlertQueries _alerts;
    private readonly DatabaseQueries _database;
    private readonly InvariantScanner _invariants;
    private readonly PostgresEventStore _store;
    private readonly SchedulerMetrics _scheduler;
    private readonly Fresh<Trouble> _trouble;
    private readonly Fresh<Stock> _stock;

    public Situation(
        JobQueries jobs,
        AlertQueries alerts,
        DatabaseQueries database,
        InvariantScanner invariants,
        PostgresEventStore store,
        SchedulerMetrics scheduler,
        TimeProvider time,
        ILogger<Situation> logger,
        IHostApplicationLifetime lifetime)
    {
        (_jobs, _alerts, _database, _invariants, _store, _scheduler) = (jobs, alerts, database, invariants, store, scheduler);
        _trouble = new(LookForTroubleAsync, Shortest, time, logger, lifetime.ApplicationStopping);
        _stock = new(TakeStockAsync, ShortestOfStock, time, logger, lifetime.ApplicationStopping);
    }

    /// <summary>Why the database did not tell the last time; <c>null</c>: it did.</summary>
    public string? Problem => _trouble.Problem;

    /// <summary><c>null</c>: not known within that time.</summary>
    public Task<Trouble?> TroubleAsync(TimeSpan patience, CancellationToken cancellation) => _trouble.WithinAsync(patience, cancellation);

    /// <inheritdoc cref="TroubleAsync"/>
    public Task<Stock?> StockAsync(TimeSpan patience, CancellationToken cancellation) => _stock.WithinAsync(patience, cancellation);

    private async Task<Trouble> LookForTroubleAsync(CancellationToken cancellation)
    {
        // In this order: what is behind by then is not taken for ahead.
        var checkpoints = await _store.CheckpointsAsync(cancellation);
        return new(
            await _jobs.FailingAsync(First, cancellation),
            await _alerts.OpenAsync(First, cancellation),
            (await _invariants.LatestAsync(cancellation)).Findings,
            _scheduler.Backlog().HeldBack,
            checkpoints,
            await _store.HighWaterMarkAsync(cancellation));
    }

    private async Task<Stock> TakeStockAsync(CancellationToken cancellation)
    {
        var (active, paused) = await _jobs.CountAsync(cancellation);
        return new(active, paused, await _database.NodesAsync(cancellation), await _database.DescribeAsync(cancellation));
    }
}

/// <summary>What may be wrong, and how far the followers of the log have come.</summary>
/// <param name="Findings">Of the latest scan for what should always hold.</param>
/// <param name="HeldBack">Jobs that claim nothing, for too many runs are open; 0 on a node that does not schedule.</param>
internal sealed record Trouble(
    Found<JobRow> Failing,
    Found<AlertRow> Open,
    IReadOnlyList<InvariantFinding> Findings,
    int HeldBack,
    IReadOnlyList<Checkpoint> Followers,
    long HighWaterMark);

/// <summary>What there is.</summary>
internal sealed record Stock(long Active, long Paused, IReadOnlyList<ConnectedNode> Nodes, DatabaseFacts Database)
{
    public long Jobs => Active + Paused;
}
