namespace JobScheduler.EventStore;

/// <summary>Wakes followers of the log. A wake is a hint to read, never more: one may come without news.</summary>
public sealed class EventSignal
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _latest = [];
    private readonly List<Waiter> _waiters = [];
    private readonly Action? _firstWait;
    private bool _waited;

    internal EventSignal(Action? firstWait = null) => _firstWait = firstWait;

    /// <summary>
    /// Completes when a commit past <paramref name="afterSequence"/> of an event of one of these stored type names (null: of any) is
    /// known of, by any process, or when <paramref name="pollInterval"/> has passed in case its notification was lost.
    /// </summary>
    public async Task WaitAsync(
        long afterSequence, IReadOnlyCollection<string>? types, TimeSpan pollInterval, CancellationToken cancellationToken = default)
    {
        var waiter = new Waiter(afterSequence, types);
        lock (_gate)
        {
            if (!_waited) _firstWait?.Invoke();
            _waited = true;
            if (_latest.Any(known => waiter.WaitsFor(known.Key, known.Value))) return;
            _waiters.Add(waiter);
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
            lock (_gate) _waiters.Remove(waiter);
        }
    }

    internal void Notify(EventNotice notice)
    {
        lock (_gate)
        {
            foreach (var type in notice.Types)
            {
                _latest[type] = Math.Max(_latest.GetValueOrDefault(type), notice.Sequence);
                foreach (var waiter in _waiters)
                    if (waiter.WaitsFor(type, notice.Sequence)) waiter.Woken.TrySetResult();
            }
        }
    }

    /// <summary>Wakes everybody: notifications may have been missed.</summary>
    internal void WakeAll()
    {
        lock (_gate)
        {
            foreach (var waiter in _waiters) waiter.Woken.TrySetResult();
        }
    }

    private sealed record Waiter(long AfterSequence, IReadOnlyCollection<string>? Types)
    {
        public TaskCompletionSource Woken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool WaitsFor(string type, long sequence) =>
            sequence > AfterSequence && (Types is null || Types.Contains(type));
    }
}
