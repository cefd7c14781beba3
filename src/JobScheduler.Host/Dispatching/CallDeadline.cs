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
    private bool _connected;

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

    /// <summary>The connection is there: it is handed the request's body, also an empty one.</summary>
    public void Connected()
    {
        var left = _whole - _time.GetElapsedTime(_begun);
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
