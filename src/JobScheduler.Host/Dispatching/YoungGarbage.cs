namespace JobScheduler.Host.Dispatching;

/// <summary>
/// What calls leave to the garbage collector, collected at a time of our choosing: a collection in the midst of a burst stops its calls
/// for 3 to 25 ms. Thread-safe.
/// </summary>
internal sealed class YoungGarbage
{
    /// <summary>In bytes; for less a burst is not stopped.</summary>
    private const long Much = 5_000_000;

    private long _allocatedBefore;

    /// <summary>Collects generation 0, on this thread, if much was allocated since the last time.</summary>
    public void CollectIfMuch()
    {
        var (before, allocated) = (Interlocked.Read(ref _allocatedBefore), GC.GetTotalAllocatedBytes());
        if (allocated - before < Much || Interlocked.CompareExchange(ref _allocatedBefore, allocated, before) != before) return;
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
    }
}
