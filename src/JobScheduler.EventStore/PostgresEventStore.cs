using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>
/// The event log: append, fetch, follow. One a process and schema, thread-safe. Holds a connection to write and, once somebody waits on
/// <see cref="Signal"/>, one to listen; reads borrow from the data source, which should have <c>Max Auto Prepare</c> set and is not
/// disposed.
/// <para>Writers of other programs must take the append lock, or a follower of the feed may miss what they append.</para>
/// </summary>
public sealed class PostgresEventStore : IAsyncDisposable
{
    private readonly AppendWriter _writer;
    private readonly EventListener _listener;
    private readonly EventReader _reader;
    private int _disposed;

    /// <param name="dataSource">The database; its schema is up to date (<see cref="SchemaUpgrade"/>).</param>
    /// <param name="types">What can be stored.</param>
    /// <param name="projections">Written in the append's transaction, in this order.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="time">The clock of the events' timestamps; null for the system's.</param>
    /// <param name="logger">Null for none.</param>
    /// <exception cref="ArgumentException">An option is out of its documented range.</exception>
    public PostgresEventStore(
        NpgsqlDataSource dataSource,
        EventTypes types,
        IEnumerable<IInlineProjection>? projections = null,
        EventStoreOptions? options = null,
        TimeProvider? time = null,
        ILogger<PostgresEventStore>? logger = null)
    {
        options = (options ?? new EventStoreOptions()).Validated();
        var log = logger ?? NullLogger<PostgresEventStore>.Instance;
        DataSource = dataSource;
        Schema = options.Schema;
        Types = types;
        Signal = new EventSignal(() => _listener!.Start());
        _listener = new EventListener(dataSource, Schema, Signal, log);
        Directory = new EventDirectory(dataSource, Schema, options.Directory);
        _reader = new EventReader(dataSource, new EventSelect(Schema, types), Directory);
        _writer = new AppendWriter(
            new AppendConnection(dataSource, Schema, time ?? TimeProvider.System, [.. projections ?? []]), options, Signal.Notify, log);
    }

    public NpgsqlDataSource DataSource { get; }

    public string Schema { get; }

    public EventTypes Types { get; }

    /// <summary>Wakes those who follow the log.</summary>
    public EventSignal Signal { get; }

    /// <summary>Where in the log each type of event occurs; written by <see cref="EventDirectoryUpkeep"/>.</summary>
    internal EventDirectory Directory { get; }

    /// <summary>
    /// Appends to all the streams or to none, durably, together with the inline projections. Requests of all callers are committed in
    /// groups; one's conflict or failure is never another's. Cancelling drops the request if its commit has not begun; after that its
    /// outcome is awaited.
    /// </summary>
    /// <exception cref="ArgumentException">Nothing to append, a stream named twice, or a stream's events belong to different stream
    /// types.</exception>
    /// <exception cref="UnknownEventTypeException">An event's type is not registered.</exception>
    /// <exception cref="EventStoreUnavailableException">PostgreSQL could not be reached for <see
    /// cref="EventStoreOptions.AppendRetryFor"/>.</exception>
    /// <exception cref="PostgresException">PostgreSQL refuses the data, e.g. a string with U+0000.</exception>
    public Task<AppendResult> AppendAsync(
        IReadOnlyList<StreamAppend> streams, EventMetadata metadata, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streams);
        ArgumentNullException.ThrowIfNull(metadata);
        return _writer.AppendAsync(AppendRequest.Create(streams, metadata, Types), cancellationToken);
    }

    /// <inheritdoc cref="AppendAsync(IReadOnlyList{StreamAppend}, EventMetadata, CancellationToken)"/>
    public Task<AppendResult> AppendAsync(
        Guid streamId,
        ExpectedVersion expected,
        IReadOnlyList<object> events,
        EventMetadata metadata,
        CancellationToken cancellationToken = default) =>
        AppendAsync([new StreamAppend(streamId, expected, events)], metadata, cancellationToken);

    /// <summary>
    /// The stream's events, or those up to a version, or those before the first that is later than an instant. Empty if there is no such
    /// stream.
    /// </summary>
    /// <exception cref="UnknownEventTypeException">The stream holds an event of a type that is not registered.</exception>
    public async Task<IReadOnlyList<StoredEvent>> FetchStreamAsync(
        Guid id, long? version = null, DateTimeOffset? timestamp = null, CancellationToken cancellationToken = default)
    {
        var events = new List<StoredEvent>();
        await foreach (var stored in _reader.StreamAsync(id, version, timestamp, cancellationToken)) events.Add(stored);
        return events;
    }

    /// <summary>The events of all these streams, in the order of the log; those of streams that do not exist are left out.</summary>
    /// <exception cref="UnknownEventTypeException">One of them is of a type that is not registered.</exception>
    public Task<IReadOnlyList<StoredEvent>> FetchStreamsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default) =>
        _reader.StreamsAsync(ids, cancellationToken);

    /// <summary>Folds what <see cref="FetchStreamAsync"/> would return; null if there is no such stream.</summary>
    /// <exception cref="UnknownEventTypeException">The stream holds an event of a type that is not registered.</exception>
    public async Task<T?> AggregateStreamAsync<T>(
        Guid id,
        Func<T?, StoredEvent, T?> evolve,
        long? version = null,
        DateTimeOffset? timestamp = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(evolve);
        var state = default(T);
        await foreach (var stored in _reader.StreamAsync(id, version, timestamp, cancellationToken)) state = evolve(state, stored);
        return state;
    }

    /// <summary>
    /// The first <paramref name="limit"/> (from 1) events past <paramref name="after"/>, of these stored type names (null: of all). As far
    /// as <see cref="EventDirectoryUpkeep"/> has come, the cost follows what is found, however rare it is; past that, what is passed over.
    /// </summary>
    /// <exception cref="UnknownEventTypeException">One of them is of a type that is not registered.</exception>
    public Task<FeedPage> FeedAsync(
        long after, IReadOnlyCollection<string>? types, int limit, CancellationToken cancellationToken = default) =>
        _reader.FeedAsync(after, types, limit, cancellationToken);

    /// <summary>
    /// The last <paramref name="limit"/> (from 1) events before a sequence that are wanted, of the <paramref name="window"/> (from 1)
    /// sequences before it: what is rare does not make the whole log be read. The page says how far it looked.
    /// </summary>
    /// <param name="before">Null: from the log's end.</param>
    /// <param name="filter">Which are wanted.</param>
    /// <param name="limit">At most this many events.</param>
    /// <param name="window">At most this many sequences.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UnknownEventTypeException">One of them is of a type that is not registered.</exception>
    public Task<PastPage> LookBackAsync(
        long? before, EventFilter filter, int limit, long window, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return _reader.LookBackAsync(before, filter, limit, window, cancellationToken);
    }

    /// <summary>The stream's first <paramref name="limit"/> (from 1) events past a version (0: from its beginning).</summary>
    /// <exception cref="UnknownEventTypeException">One of them is of a type that is not registered.</exception>
    public Task<IReadOnlyList<StoredEvent>> FetchStreamPageAsync(
        Guid id, long afterVersion, int limit, CancellationToken cancellationToken = default) =>
        _reader.StreamPageAsync(id, afterVersion, limit, cancellationToken);

    /// <summary>The last committed event's sequence; 0 when there is none.</summary>
    public Task<long> HighWaterMarkAsync(CancellationToken cancellationToken = default) => _reader.HighWaterMarkAsync(cancellationToken);

    /// <summary>How far all that follow the log behind a checkpoint have come, by name.</summary>
    public Task<IReadOnlyList<Checkpoint>> CheckpointsAsync(CancellationToken cancellationToken = default) =>
        new Checkpoints(DataSource, Schema).ListAsync(cancellationToken);

    /// <summary>
    /// Accepts no more appends, commits what is queued (for up to <see cref="EventStoreOptions.FlushFor"/>) and closes its connections.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _writer.DisposeAsync();
        await _listener.DisposeAsync();
    }
}
