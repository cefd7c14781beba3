using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobScheduler.EventStore;

/// <summary>
/// Hands the log's events to a handler, in order and at least once, behind a durable checkpoint. A failing handler gets the same events
/// again until it succeeds; nothing is skipped. Run one of a name at a time: two would both handle every event.
/// </summary>
public sealed class Subscription
{
    private readonly PostgresEventStore _store;
    private readonly IReadOnlyCollection<string>? _types;
    private readonly Func<IReadOnlyList<StoredEvent>, CancellationToken, Task> _handler;
    private readonly SubscriptionOptions _options;
    private readonly ILogger _logger;
    private readonly Checkpoints _checkpoints;

    /// <param name="store">Whose log to follow.</param>
    /// <param name="name">Of the checkpoint; not ending in <c>:All</c>, which are Marten's.</param>
    /// <param name="types">The stored names of the events to hand over; null for all.</param>
    /// <param name="handler">Gets from one to <see cref="SubscriptionOptions.BatchSize"/> events; when it has completed, they count as
    /// handled.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="logger">Null for none.</param>
    /// <exception cref="UnknownEventTypeException">A name of <paramref name="types"/> is not registered.</exception>
    /// <exception cref="ArgumentException">An option is out of its documented range.</exception>
    public Subscription(
        PostgresEventStore store,
        string name,
        IReadOnlyCollection<string>? types,
        Func<IReadOnlyList<StoredEvent>, CancellationToken, Task> handler,
        SubscriptionOptions? options = null,
        ILogger<Subscription>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _store = store;
        Name = name;
        _types = types;
        foreach (var type in types ?? []) store.Types.Named(type);
        _handler = handler;
        _options = (options ?? new()).Validated();
        _logger = logger ?? NullLogger<Subscription>.Instance;
        _checkpoints = new(store.DataSource, store.Schema);
    }

    public string Name { get; }

    /// <summary>Up to where events have been handled; null when none was saved yet.</summary>
    public Task<long?> CheckpointAsync(CancellationToken cancellationToken = default) => _checkpoints.LoadAsync(Name, cancellationToken);

    /// <summary>Runs until cancelled, then returns.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FollowAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var position = _options.StartAfter;
        await UntilItSucceedsAsync(
            async () => position = await CheckpointAsync(cancellationToken) ?? _options.StartAfter, cancellationToken);
        var saved = position;
        var savedAt = TimeProvider.System.GetTimestamp();

        while (true)
        {
            var page = new FeedPage([], position);
            await UntilItSucceedsAsync(
                async () => page = await _store.FeedAsync(position, _types, _options.BatchSize, cancellationToken), cancellationToken);
            if (page.Events.Count > 0) await UntilItSucceedsAsync(() => _handler(page.Events, cancellationToken), cancellationToken);

            position = page.Position;
            var due = page.Events.Count > 0 || TimeProvider.System.GetElapsedTime(savedAt) >= _options.IdleSaveInterval;
            if (position > saved && due)
            {
                await UntilItSucceedsAsync(() => _checkpoints.SaveAsync(Name, position, cancellationToken), cancellationToken);
                saved = position;
                savedAt = TimeProvider.System.GetTimestamp();
            }

            if (page.Events.Count < _options.BatchSize)
                await _store.Signal.WaitAsync(position, _types, _options.PollInterval, cancellationToken);
        }
    }

    private async Task UntilItSucceedsAsync(Func<Task> step, CancellationToken cancellationToken)
    {
        for (var delay = _options.FirstRetryDelay; ; delay *= 2)
        {
            if (delay > _options.LongestRetryDelay) delay = _options.LongestRetryDelay;
            try
            {
                await step();
                return;
            }
#pragma warning disable CA1031 // Whatever the handler throws: the event stays due, and the log says why.
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                _logger.LogError(exception, "Subscription {Subscription} failed, trying again in {Delay}", Name, delay);
                await Task.Delay(delay, cancellationToken);
            }
        }
    }
}
