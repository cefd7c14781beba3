namespace JobScheduler.Host.Dispatching;

/// <summary>
/// Holds back the recording of outcomes while a burst of calls is being sent: PostgreSQL's work would take the cores from calls that
/// are due.
/// </summary>
internal sealed class SendGate
{
    /// <summary>After the last send, for the receivers, which may share the machine, to take the calls.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private TaskCompletionSource? _burst;
    private int _unsent;

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
            if (calls > 1) _burst ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>A call was handed to the network, or waits for a place.</summary>
    public void Sent()
    {
        TaskCompletionSource? ended;
        lock (_lock)
        {
            if (--_unsent > 0) return;
            (ended, _burst) = (_burst, null);
        }

        if (ended is not null) _ = EndAsync(ended);
    }

    private static async Task EndAsync(TaskCompletionSource burst)
    {
        await Task.Delay(Aftermath);
        burst.SetResult();
    }
}
