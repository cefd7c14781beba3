using System.Net;
using System.Net.Sockets;
using System.Text;

namespace JobScheduler.IntegrationTests.EventStore;

/// <summary>A TCP proxy before PostgreSQL that can cut a connection in place of relaying a given answer.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _host;
    private readonly int _port;
    private readonly Task _accepting;
    private byte[]? _cutAt;
    private volatile bool _closed;

    public CuttingProxy(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Cuts { get; private set; }

    /// <summary>Cuts the next connection on which PostgreSQL reports this command as done, before the report goes out.</summary>
    public void CutInsteadOfRelaying(string commandTag) => _cutAt = [.. Encoding.ASCII.GetBytes(commandTag), 0];

    /// <summary>From now on every connection is closed as it comes.</summary>
    public void Close() => _closed = true;

    public void Open() => _closed = false;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
            _ = RelayAsync(client);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            if (_closed) return;
            await server.ConnectAsync(_host, _port);
            await Task.WhenAny(CopyAsync(client, server, isAnswer: false), CopyAsync(server, client, isAnswer: true));
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, bool isAnswer)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.GetStream().ReadAsync(buffer, _stopping.Token)) > 0 && !_closed)
            {
                if (isAnswer && _cutAt is { } tag && buffer.AsSpan(0, read).IndexOf(tag) >= 0)
                {
                    _cutAt = null;
                    Cuts++;
                    return;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stopping.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone; the other is closed with it.
        }
    }
}
