using System.Text.Json.Serialization;

namespace JobScheduler.EventStore;

/// <summary>
/// One caller's append on its way through the writer. Serialized on the caller's thread, so that the writer only moves bytes.
/// </summary>
internal sealed class AppendRequest
{
    private readonly TaskCompletionSource<AppendResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    private AppendRequest(IReadOnlyList<StreamAppend> streams, EventMetadata metadata, PreparedEvent[] events)
    {
        Streams = streams;
        Metadata = metadata;
        Events = events;
        Headers = metadata.Headers is { Count: > 0 } headers ? HeadersJson.Serialize(headers) : null;
    }

    public IReadOnlyList<StreamAppend> Streams { get; }

    public EventMetadata Metadata { get; }

    public byte[]? Headers { get; }

    /// <summary>
    /// Of all streams, in order. Their ids stay the same over retries: by them a commit of unknown outcome is found again.
    /// </summary>
    public PreparedEvent[] Events { get; }

    public long EnqueuedAt { get; } = TimeProvider.System.GetTimestamp();

    public TimeSpan Age => TimeProvider.System.GetElapsedTime(EnqueuedAt);

    public Task<AppendResult> Completion => _completion.Task;

    /// <exception cref="ArgumentException">Nothing to append, a stream named twice, or a stream's events belong to different stream
    /// types.</exception>
    /// <exception cref="UnknownEventTypeException">An event's type is not registered.</exception>
    public static AppendRequest Create(IReadOnlyList<StreamAppend> streams, EventMetadata metadata, EventTypes types)
    {
        if (streams.Count == 0) throw new ArgumentException("An append names at least one stream.", nameof(streams));
        if (streams.Count > 1 && streams.DistinctBy(stream => stream.StreamId).Count() < streams.Count)
            throw new ArgumentException("An append names a stream only once.", nameof(streams));

        var events = new PreparedEvent[streams.Sum(stream => stream.Events.Count)];
        var next = 0;
        foreach (var stream in streams)
        {
            if (stream.Events.Count == 0)
                throw new ArgumentException($"The append to stream {stream.StreamId} has no events.", nameof(streams));
            var streamType = types.Of(stream.Events[0]).StreamType;
            foreach (var data in stream.Events)
            {
                var type = types.Of(data);
                if (type.StreamType != streamType)
                {
                    throw new ArgumentException(
                        $"The append to stream {stream.StreamId} mixes {streamType} and {type.StreamType} events.", nameof(streams));
                }

                events[next++] = new(Guid.CreateVersion7(), type, data, type.Serialize(data));
            }
        }

        return new(streams, metadata, events);
    }

    /// <summary>Claims the request for a batch; false when it was cancelled before. From here on it can no longer be cancelled.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

    public void Cancel(CancellationToken cancellationToken)
    {
        if (TryTake()) _completion.TrySetCanceled(cancellationToken);
    }

    public void Complete(AppendResult result) => _completion.TrySetResult(result);

    public void Fail(Exception exception) => _completion.TrySetException(exception);
}

internal readonly record struct PreparedEvent(Guid Id, EventType Type, object Data, byte[] Json);

[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class HeadersJsonContext : JsonSerializerContext;
