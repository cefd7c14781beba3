namespace JobScheduler.Host.Dispatching;

/// <summary>
/// Holds back the recording of outcomes while a burst of calls is being sent: PostgreSQL's work would take the cores from calls that
/// are due.
/// </summary>
/// <param name="waiting">How many calls wait for a place.</param>
internal sealed class SendGate(Func<int> waiting)
{
    /// <summary>After the last send, for the receivers, which may share the machine, to take the calls.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromMilliseconds(5);

    /// <summary>Calls that wait for a place belong to the burst, if their receivers answer soon: no longer than this are outcomes held back for them.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private TaskCompletionSource? _burst;
    private int _unsent;
    private bool _ending;

    /// <summary>Completes when no burst is under way.</summary>
    public Task Open
    {
        get
        {
            lock (_lock) return _burst?.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>So many calls are about to be sent; <see cref="Sent"/> follows for each.</summary>
    public void Begin(int calls)
    {
        lock (_lock)
        {
            _unsent += calls;
            if (calls > 1) _burst ??= NewBurst();
        }
    }

    /// <summary>A call was handed to the network, or waits for a place.</summary>
    public void Sent()
    {
        lock (_lock)
        {
            if (--_unsent > 0 || _burst is null || _ending) return;
            _ending = true;
        }

        _ = EndAsync();
    }

    private async Task EndAsync()
    {
        var begun = TimeProvider.System.GetTimestamp();
        do await Task.Delay(Aftermath);
        while (waiting() > 0 && TimeProvider.System.GetElapsedTime(begun) < LongestWait);

        TaskCompletionSource? ended;
        lock (_lock)
        {
            // Another burst may have begun: it has its own time.
            (ended, _burst, _ending) = (_burst, _unsent > 0 ? NewBurst() : null, false);
        }

        ended?.SetResult();
    }

    private static TaskCompletionSource NewBurst() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
