using System.Globalization;
using System.Net;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.Host.Dispatching;

/// <summary>
/// The two timeouts of a call on one timer: first that of connecting, and, once the request is being written, what is left of the
/// whole call's. Both count from <see cref="Begin"/>; what was done before costs no time. One that is broken off leaves no connecting
/// behind: the handler gives up what no request waits for any more.
/// </summary>
internal sealed class CallDeadline : IDisposable
{
    private static readonly TimeSpan TimersAccuracy = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _whole;
    private readonly TimeSpan _connect;
    private readonly CancellationTokenSource _source;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long? _begun;
    private bool _handedOver;
    private bool _connected;
    private bool _disposed;
    private TimeSpan? _waited;

    public CallDeadline(HttpTarget target, TimeProvider time, CancellationToken breakOff)
    {
        var connect = target.ConnectTimeout ?? HttpTarget.DefaultConnectTimeout;
        (_time, _whole, _connect) = (time, target.Timeout, connect < target.Timeout ? connect : target.Timeout);
        _source = CancellationTokenSource.CreateLinkedTokenSource(breakOff);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Which of the two has passed, for people.</summary>
    public string Error => Volatile.Read(ref _connected) ? $"No complete answer within {Seconds(_whole)} s." : $"No connection within {Seconds(_connect)} s.";

    /// <summary>How long the call waited for a connection; <c>null</c> when one was there, or none has come.</summary>
    public TimeSpan? Waited
    {
        get
        {
            lock (_lock) return _waited;
        }
    }

    /// <summary>Whether the timeout that is running has passed, and not what the request was held for before.</summary>
    public bool HasPassed
    {
        get
        {
            lock (_lock) return _begun is { } begun && _time.GetElapsedTime(begun) + TimersAccuracy >= (_connected ? _whole : _connect);
        }
    }

    /// <summary>The request is given up after this time, unless <see cref="Begin"/> is called before.</summary>
    public void HoldFor(TimeSpan longest) => _source.CancelAfter(longest);

    /// <summary>The request is given up now, unless it has ended.</summary>
    public void Expire()
    {
        lock (_lock)
        {
            if (!_disposed) _ = _source.CancelAsync();
        }
    }

    /// <summary>The call's time begins.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _begun = _time.GetTimestamp();
            _source.CancelAfter(_connected ? _whole : _connect);
        }
    }

    /// <summary>The request was handed to the network, by the thread that made this. A free connection was given it meanwhile, on that thread.</summary>
    public void HandedOver() => _handedOver = true;

    /// <summary>The connection is there: it is handed the request's body, also an empty one, and once more for each redirect.</summary>
    public void Connected()
    {
        lock (_lock)
        {
            if (_begun is { } begun)
            {
                var passed = _time.GetElapsedTime(begun);
                var hasWaited = _handedOver || Environment.CurrentManagedThreadId != _thread;
                if (hasWaited && !_connected) _waited = passed;
                var left = _whole - passed;
                _source.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }

            // If the first timeout has passed just before, it is the one that has.
            if (!_source.IsCancellationRequested) _connected = true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _source.Dispose();
        }
    }

    private static string Seconds(TimeSpan timeout) => timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}

/// <summary>A body that tells when it is being written, which it is as soon as there is a connection, new or pooled.</summary>
internal sealed class CallContent(byte[] body) : ByteArrayContent(body)
{
    public Action Connected { get; set; } = () => { };

    /// <summary>Where the request waits for its instant; <c>null</c>: it does not.</summary>
    public Departure? Departure { get; set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Connected();
        Departure?.BeginWriting();
        return base.SerializeToStreamAsync(stream, context, cancellationToken);
    }
}
