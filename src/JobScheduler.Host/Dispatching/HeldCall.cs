namespace JobScheduler.Host.Dispatching;

/// <summary>
/// A call that was handed to the HTTP client ahead of its instant, and is held there. It is either taken, at the instant, or dropped:
/// when it expires or its connection cannot be made or kept.
/// </summary>
/// <param name="call">Its request.</param>
/// <param name="deadline">When it is given up.</param>
/// <param name="departure">Where it waits.</param>
/// <param name="response">Ends when it is answered, or dropped.</param>
internal sealed class HeldCall(PreparedCall call, CallDeadline deadline, Departure departure, Task<HttpResponseMessage> response)
{
    private const int Held = 0;
    private const int Taken = 1;
    private const int Dropped = 2;

    private int _state = Held;

    public PreparedCall Call => call;

    public CallDeadline Deadline => deadline;

    /// <summary>Whether a byte of it may have been sent.</summary>
    public bool HasLeft => departure.HasLeft;

    /// <summary>True: whoever asks has it now, and disposes of the call and the deadline. At most once.</summary>
    public bool TryTake() => !response.IsCompleted && Interlocked.CompareExchange(ref _state, Taken, Held) == Held;

    /// <summary>Sends it, on this thread; it is taken.</summary>
    public Task<HttpResponseMessage> Depart()
    {
        departure.Depart();
        return response;
    }

    /// <summary>It is not to be sent.</summary>
    public void Drop() => deadline.Expire();

    /// <summary>Completes when it is dropped, with true, or has been answered after it was taken, with false.</summary>
    public async Task<bool> IsDroppedAsync()
    {
        await ((Task)response).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Interlocked.CompareExchange(ref _state, Dropped, Held) != Held) return false;
        deadline.Dispose();
        call.Dispose();
        return true;
    }
}
