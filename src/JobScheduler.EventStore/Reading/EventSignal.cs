namespace JobScheduler.EventStore;

/// <summary>Wakes followers of the log. A wake is a hint to read, never more: one may come without news.</summary>
public sealed class EventSignal
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> latest = [];
    private readonly List<Waiter> waiters = [];
    private readonly Action? firstWait;
    private bool waited;

    internal EventSignal(Action? firstWait = null) => this.firstWait = firstWait;

    /// <summary>
    /// Completes when a commit past <paramref name="afterSequence"/> to a stream of one of these types (null: of any) is known of, by any process, or when
    /// <paramref name="pollInterval"/> has passed in case its notification was lost.
    /// </summary>
    public async Task WaitAsync(
        long afterSequence, IReadOnlyCollection<string>? streamTypes, TimeSpan pollInterval, CancellationToken cancellationToken = default)
    {
        var waiter = new Waiter(afterSequence, streamTypes);
        lock (gate)
        {
            if (!waited) firstWait?.Invoke();
            waited = true;
            if (latest.Any(known => waiter.WaitsFor(known.Key, known.Value))) return;
            waiters.Add(waiter);
        }

        try
        {
            await waiter.Woken.Task.WaitAsync(pollInterval, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Time to look, as promised.
        }
        finally
        {
            lock (gate) waiters.Remove(waiter);
        }
    }

    internal void Notify(EventNotice notice)
    {
        lock (gate)
        {
            foreach (var streamType in notice.StreamTypes)
            {
                latest[streamType] = Math.Max(latest.GetValueOrDefault(streamType), notice.Sequence);
                foreach (var waiter in waiters)
                    if (waiter.WaitsFor(streamType, notice.Sequence)) waiter.Woken.TrySetResult();
            }
        }
    }

    /// <summary>Wakes everybody: notifications may have been missed.</summary>
    internal void WakeAll()
    {
        lock (gate)
        {
            foreach (var waiter in waiters) waiter.Woken.TrySetResult();
        }
    }

    private sealed record Waiter(long AfterSequence, IReadOnlyCollection<string>? StreamTypes)
    {
        public TaskCompletionSource Woken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool WaitsFor(string streamType, long sequence) =>
            sequence > AfterSequence && (StreamTypes is null || StreamTypes.Contains(streamType));
    }
}
