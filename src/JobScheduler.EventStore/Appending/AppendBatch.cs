namespace JobScheduler.EventStore;

/// <summary>
/// Decides, in memory and in request order, which of the requests gathered for one commit go in: each sees the versions as the accepted
/// ones before it leave them. Then numbers the events.
/// </summary>
internal sealed class AppendBatch(IReadOnlyList<AppendRequest> requests)
{
    private readonly List<(AppendRequest Request, AppendResult Result)> _results = new(requests.Count);
    private readonly List<(AppendRequest Request, long[] Versions)> _accepted = new(requests.Count);

    public IReadOnlyList<AppendRequest> Requests { get; } = requests;

    /// <summary>The versions of the streams that exist: as read from the database, then advanced by the accepted requests.</summary>
    public Dictionary<Guid, long> Versions { get; } = new();

    /// <summary>The streams to write, with their type.</summary>
    public Dictionary<Guid, string> Touched { get; } = new();

    /// <summary>How many events were accepted.</summary>
    public int EventCount { get; private set; }

    /// <summary>The accepted events, in log order, once they are numbered.</summary>
    public List<StoredEvent> Events { get; private set; } = [];

    /// <summary>What to tell the log's followers; null until the events are numbered.</summary>
    public EventNotice? Notice { get; private set; }

    /// <summary>What the accepted events' rows hold beyond <see cref="Events"/>, row by row.</summary>
    public List<(byte[] Json, byte[]? Headers)> Payloads { get; private set; } = [];

    public Guid[] StreamIds() => [.. Requests.SelectMany(request => request.Streams).Select(stream => stream.StreamId).Distinct()];

    public Guid[] EventIds() => [.. Requests.SelectMany(request => request.Events).Select(prepared => prepared.Id)];

    /// <param name="committed">Events of these requests that an earlier try, whose outcome was unknown, turns out to have
    /// committed.</param>
    public void Decide(IReadOnlyDictionary<Guid, Committed> committed)
    {
        foreach (var request in Requests)
        {
            if (committed.ContainsKey(request.Events[0].Id)) _results.Add((request, Recover(request, committed)));
            else if (Contradicted(request) is { } conflict) _results.Add((request, conflict));
            else Accept(request);
        }
    }

    /// <param name="sequences">As many as <see cref="EventCount"/>, ascending.</param>
    /// <param name="timestamp">Of the commit.</param>
    public void Number(IReadOnlyList<long> sequences, DateTimeOffset timestamp)
    {
        Events = new(EventCount);
        Payloads = new(EventCount);
        foreach (var (request, versions) in _accepted)
        {
            var appended = new StoredEvent[request.Events.Length];
            var next = 0;
            for (var s = 0; s < request.Streams.Count; s++)
            {
                var stream = request.Streams[s];
                for (var e = 1; e <= stream.Events.Count; e++)
                {
                    var prepared = request.Events[next];
                    var (sequence, version) = (sequences[Events.Count], versions[s] + e);
                    var stored = new StoredEvent(
                        sequence, prepared.Id, stream.StreamId, version, timestamp, prepared.Type, prepared.Data, request.Metadata);
                    Events.Add(stored);
                    Payloads.Add((prepared.Json, request.Headers));
                    appended[next++] = stored;
                }
            }

            _results.Add((request, new AppendResult.Appended(appended)));
        }

        Notice = EventNotice.Of(Events);
    }

    /// <summary>Answers every request. Only after the commit: a conflict may rest on a neighbour's events.</summary>
    public void Complete()
    {
        foreach (var (request, result) in _results) request.Complete(result);
    }

    private AppendResult.Conflict? Contradicted(AppendRequest request)
    {
        foreach (var stream in request.Streams)
        {
            var actual = Versions.GetValueOrDefault(stream.StreamId);
            if (!stream.Expected.Allows(actual)) return new(stream.StreamId, stream.Expected, actual);
        }

        return null;
    }

    private void Accept(AppendRequest request)
    {
        var before = new long[request.Streams.Count];
        var first = 0;
        for (var s = 0; s < before.Length; s++)
        {
            var stream = request.Streams[s];
            before[s] = Versions.GetValueOrDefault(stream.StreamId);
            Versions[stream.StreamId] = before[s] + stream.Events.Count;
            Touched.TryAdd(stream.StreamId, request.Events[first].Type.StreamType);
            first += stream.Events.Count;
        }

        EventCount += first;
        _accepted.Add((request, before));
    }

    private static AppendResult.Appended Recover(AppendRequest request, IReadOnlyDictionary<Guid, Committed> committed)
    {
        var streams = request.Streams.SelectMany(stream => Enumerable.Repeat(stream.StreamId, stream.Events.Count));
        return new([.. request.Events.Zip(streams, (prepared, streamId) =>
        {
            var (sequence, version, timestamp) = committed[prepared.Id];
            return new StoredEvent(sequence, prepared.Id, streamId, version, timestamp, prepared.Type, prepared.Data, request.Metadata);
        })]);
    }
}

/// <summary>Where an event came to stand.</summary>
internal readonly record struct Committed(long Sequence, long Version, DateTimeOffset Timestamp);
