using System.Net.Sockets;

namespace JobScheduler.Host.Dispatching;

/// <summary>
/// Where a request that was handed to the HTTP client ahead of its instant waits: at its connection, encoded, encrypted if need be, and
/// not a byte of it sent.
/// </summary>
internal sealed class Departure
{
    /// <summary>Seen by the client's code that writes this request, and by nothing else: the connection may be another's idea.</summary>
    private static readonly AsyncLocal<Departure?> Writing = new();

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DepartureStream? _stream;
    private ReadOnlyMemory<byte> _request;
    private bool _due;
    private bool _hasLeft;

    /// <summary>Of the request that the caller writes; <c>null</c>: of none.</summary>
    public static Departure? OfWriter => Writing.Value;

    /// <summary>Whether a byte may have been sent: if not, the request can be made again.</summary>
    public bool HasLeft => Volatile.Read(ref _hasLeft);

    /// <summary>To be called on the flow that goes on to write the request.</summary>
    public void BeginWriting() => Writing.Value = this;

    /// <summary>Writes at the instant, or now when that has been.</summary>
    public ValueTask WriteAsync(DepartureStream stream, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_due) return SendAsync(stream, request, cancellation);
            (_stream, _request) = (stream, request);
            return new(_sent.Task);
        }
    }

    /// <summary>The instant is there: what waits is sent, on this thread; what is not there yet will not wait.</summary>
    public void Depart()
    {
        lock (_lock)
        {
            _due = true;
            if (_stream is null) return;
            var sending = SendAsync(_stream, _request, CancellationToken.None);
            if (sending.IsCompletedSuccessfully) _sent.SetResult();
            else _ = CompleteAsync(sending);
        }
    }

    /// <summary>The connection is no more: what waits will not be sent.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            // A write that has begun ends by itself; until then its bytes must stay.
            if (_stream is null || _due) return;
            _stream = null;
            _sent.SetException(Gone());
        }
    }

    /// <summary>What waited for long may have lost its connection meanwhile, which a write would not tell before bytes are on their way.</summary>
    private ValueTask SendAsync(DepartureStream stream, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        try
        {
            if (!_hasLeft && stream.IsClosedByPeer) return ValueTask.FromException(Gone());
            _hasLeft = true;
            return stream.WriteNowAsync(request, cancellation);
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            return ValueTask.FromException(new IOException(e.Message, e));
        }
    }

    private static IOException Gone() => new("The connection was closed before the request's instant.");

    private async Task CompleteAsync(ValueTask writing)
    {
        try
        {
            await writing;
            _sent.SetResult();
        }
#pragma warning disable CA1031 // It goes to whoever waits for the write.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _sent.SetException(e);
        }
    }
}
