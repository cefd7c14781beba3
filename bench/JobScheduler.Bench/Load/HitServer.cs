using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace JobScheduler.Bench.Load;

/// <summary>
/// Answers POST requests without a body at once with 200, and notes when each arrived. Bare sockets, for what a receiver takes for a call
/// is added to every scheduler's lateness, and of a web server that is the most of it.
/// </summary>
/// <param name="arrivals">Where they are noted.</param>
/// <param name="closes">Whether each connection is closed after one call.</param>
internal sealed class HitServer(Arrivals arrivals, bool closes)
{
    private const int LongestRequest = 4096;

    private readonly byte[] _ok = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{(closes ? "Connection: close\r\n" : "")}\r\n");

    /// <summary>Returns once it listens.</summary>
    public void Start(Uri url)
    {
        var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse(url.Host), url.Port));
        listener.Listen(backlog: 4096);
        _ = AcceptAsync(listener);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true) _ = AnswerAsync(await listener.AcceptAsync());
    }

    private async Task AnswerAsync(Socket connection)
    {
        using var _ = connection;
        connection.NoDelay = true;
        var buffer = new byte[LongestRequest];
        var kept = 0;
        try
        {
            while (await connection.ReceiveAsync(buffer.AsMemory(kept)) is > 0 and var read)
            {
                var now = DateTimeOffset.UtcNow;
                kept += read;
                if (!buffer.AsSpan(0, kept).EndsWith("\r\n\r\n"u8)) continue;
                Note(buffer.AsSpan(0, kept), now);
                kept = 0;
                await connection.SendAsync(_ok);
                if (closes) return;
            }
        }
        catch (SocketException)
        {
            // The caller has gone.
        }
    }

    private void Note(ReadOnlySpan<byte> request, DateTimeOffset arrivedAt) => arrivals.Note(
        Guid.Parse(HeaderOf(request, "\r\nX-Job-Id: "u8)),
        DateTimeOffset.Parse(Encoding.ASCII.GetString(HeaderOf(request, "\r\nX-Scheduled-For: "u8)), CultureInfo.InvariantCulture),
        arrivedAt);

    private static ReadOnlySpan<byte> HeaderOf(ReadOnlySpan<byte> request, ReadOnlySpan<byte> name)
    {
        var value = request[(request.IndexOf(name) + name.Length)..];
        return value[..value.IndexOf((byte)'\r')];
    }
}
