using System.Globalization;
using System.Net;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.Host.Dispatching;

/// <summary>
/// The two timeouts of a call on one timer: first that of connecting, and, once the request is being written, what is left of the
/// whole call's. One that is broken off leaves no connecting behind: the handler gives up what no request waits for any more.
/// </summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _whole;
    private readonly TimeSpan _connect;
    private readonly long _begun;
    private readonly CancellationTokenSource _source;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private bool _handedOver;
    private bool _connected;
    private long _waitedTicks;

    public CallDeadline(HttpTarget target, TimeProvider time, CancellationToken breakOff)
    {
        var connect = target.ConnectTimeout ?? HttpTarget.DefaultConnectTimeout;
        (_time, _whole, _connect) = (time, target.Timeout, connect < target.Timeout ? connect : target.Timeout);
        _begun = time.GetTimestamp();
        _source = CancellationTokenSource.CreateLinkedTokenSource(breakOff);
        _source.CancelAfter(_connect);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Which of the two has passed, for people.</summary>
    public string Error => Volatile.Read(ref _connected) ? $"No complete answer within {Seconds(_whole)} s." : $"No connection within {Seconds(_connect)} s.";

    /// <summary>How long the call waited for a connection; <c>null</c> when a kept one was free, or none has come.</summary>
    public TimeSpan? Waited => Volatile.Read(ref _waitedTicks) is > 0 and var ticks ? new(ticks) : null;

    /// <summary>The request was handed to the network, by the thread that made this. A free connection was given it meanwhile, on that thread.</summary>
    public void HandedOver() => _handedOver = true;

    /// <summary>The connection is there: it is handed the request's body, also an empty one, and once more for each redirect.</summary>
    public void Connected()
    {
        var passed = _time.GetElapsedTime(_begun);
        var hasWaited = _handedOver || Environment.CurrentManagedThreadId != _thread;
        if (hasWaited && !Volatile.Read(ref _connected)) Volatile.Write(ref _waitedTicks, passed.Ticks);
        var left = _whole - passed;
        _source.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        // If the first timeout has passed just before, it is the one that has.
        if (!_source.IsCancellationRequested) Volatile.Write(ref _connected, true);
    }

    public void Dispose() => _source.Dispose();

    private static string Seconds(TimeSpan timeout) => timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}

/// <summary>A body that tells when it is being written, which it is as soon as there is a connection, new or pooled.</summary>
internal sealed class CallContent(byte[] body) : ByteArrayContent(body)
{
    public Action Connected { get; set; } = () => { };

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Connected();
        return base.SerializeToStreamAsync(stream, context, cancellationToken);
    }
}
