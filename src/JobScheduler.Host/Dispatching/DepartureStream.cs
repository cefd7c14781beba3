using System.Net.Sockets;

namespace JobScheduler.Host.Dispatching;

/// <summary>A connection of the HTTP client; requests that have a <see cref="Departure"/> are written to it at their instants.</summary>
internal sealed class DepartureStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    // From <netinet/tcp.h>: option TCP_INFO of level IPPROTO_TCP begins with the connection's state.
    private const int Tcp = 6;
    private const int TcpInfo = 11;
    private const byte Established = 1;

    private Departure? _waiting;

    /// <summary>
    /// Whether the other end sends no more: it has closed the connection, as far as this machine knows. What it may have sent before says
    /// nothing: TLS sends tickets of its own accord.
    /// </summary>
    public bool IsClosedByPeer
    {
        get
        {
            if (!OperatingSystem.IsLinux()) return Socket.Poll(TimeSpan.Zero, SelectMode.SelectRead) && Socket.Available == 0;
            Span<byte> state = stackalloc byte[1];
            Socket.GetRawSocketOption(Tcp, TcpInfo, state);
            return state[0] != Established;
        }
    }

    /// <summary>A new connection, as the client makes its own.</summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new DepartureStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Departure.OfWriter is not { } departure) return WriteNowAsync(buffer, cancellationToken);
        _waiting = departure;
        return departure.WriteAsync(this, buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public ValueTask WriteNowAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellation) => base.WriteAsync(buffer, cancellation);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _waiting?.Abandon();
    }
}
