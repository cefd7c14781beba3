using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace JobScheduler.Host.Scheduling;

/// <summary>Messages for the scheduler's thread, and its way of sleeping until one comes or an instant is there.</summary>
internal sealed class SchedulerInbox(TimeProvider time)
{
    /// <summary>A thread that sleeps on Linux wakes up to some milliseconds late, so the last stretch is spent spinning.</summary>
    private static readonly TimeSpan SpinFor = TimeSpan.FromMilliseconds(2);

    /// <summary>The longest sleep: a clock that was set is noticed within it.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<SchedulerMessage> _messages = new();
    private readonly object _gate = new();
    private bool _signalled;

    public void Post(SchedulerMessage message)
    {
        _messages.Enqueue(message);
        Wake();
    }

    public void Wake()
    {
        lock (_gate)
        {
            _signalled = true;
            Monitor.Pulse(_gate);
        }
    }

    public bool TryTake([MaybeNullWhen(false)] out SchedulerMessage message) => _messages.TryDequeue(out message);

    /// <summary>
    /// Blocks until a message has come, or <paramref name="claim"/> is there, or a second has passed, or shortly before
    /// <paramref name="send"/>; called within that last stretch, until <paramref name="send"/> precisely, never earlier.
    /// To be called in a loop that looks what is due.
    /// </summary>
    public void Wait(DateTimeOffset? send, DateTimeOffset? claim)
    {
        var now = time.GetUtcNow();
        var sleep = Min(LongestSleep, Min(send - SpinFor - now, claim - now) ?? LongestSleep);
        if (sleep > TimeSpan.Zero) Sleep(sleep);
        else if (!Sleep(TimeSpan.Zero) && send - now <= SpinFor && !(claim <= now))
        {
            // The clock may be set back meanwhile: then it is no longer the last stretch.
            while (send - time.GetUtcNow() is { } left && left > TimeSpan.Zero && left <= SpinFor) Thread.SpinWait(20);
        }
    }

    /// <summary>Whether a message ended it.</summary>
    private bool Sleep(TimeSpan longest)
    {
        lock (_gate)
        {
            if (!_signalled && longest > TimeSpan.Zero) Monitor.Wait(_gate, longest);
            var signalled = _signalled;
            _signalled = false;
            return signalled;
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan? Min(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null ? a : Min(a.Value, b.Value);
}
