using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace JobScheduler.Host.Scheduling;

/// <summary>Messages for the scheduler's thread, and its way of sleeping until one comes or an instant is there.</summary>
internal sealed class SchedulerInbox(TimeProvider time) : IDisposable
{
    /// <summary>A thread that sleeps on Linux wakes up to some milliseconds late, so the last stretch is spent spinning.</summary>
    private static readonly TimeSpan SpinFor = TimeSpan.FromMilliseconds(2);

    /// <summary>The longest sleep: a clock that was set is noticed within it.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<SchedulerMessage> _messages = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private int _signalled;

    public void Post(SchedulerMessage message)
    {
        _messages.Enqueue(message);
        Wake();
    }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _signalled, 1) == 0) _arrived.Release();
    }

    public bool TryTake([MaybeNullWhen(false)] out SchedulerMessage message) => _messages.TryDequeue(out message);

    /// <summary>
    /// Blocks until a message has come, or <paramref name="send"/> (precisely, never earlier) or <paramref name="claim"/> is there,
    /// or a second has passed.
    /// </summary>
    public void Wait(DateTimeOffset? send, DateTimeOffset? claim)
    {
        var now = time.GetUtcNow();
        var sleep = Min(LongestSleep, Min(send - SpinFor - now, claim - now) ?? LongestSleep);
        if (sleep > TimeSpan.Zero)
        {
            if (_arrived.Wait(sleep)) Volatile.Write(ref _signalled, 0);
            return;
        }

        if (_arrived.Wait(0)) Volatile.Write(ref _signalled, 0);
        else if (send - now <= SpinFor && !(claim <= now))
        {
            while (time.GetUtcNow() < send) Thread.SpinWait(20);
        }
    }

    public void Dispose() => _arrived.Dispose();

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan? Min(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null ? a : Min(a.Value, b.Value);
}
