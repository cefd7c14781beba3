using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace JobScheduler.Testing;

/// <summary>A TCP proxy before PostgreSQL that loses what it is told to lose: an answer, connections, or everything for a while.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<TcpClient, bool> _connections = [];
    private readonly string _host;
    private readonly int _port;
    private readonly Task _accepting;
    private byte[]? _cutAt;
    private volatile bool _closed;
    private volatile TaskCompletionSource _audible = Set();
    private int _cuts;

    public FaultProxy(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Cuts the next connection on which PostgreSQL reports this command as done, before the report goes out.</summary>
    public void CutInsteadOfRelaying(string commandTag) => Volatile.Write(ref _cutAt, [.. Encoding.ASCII.GetBytes(commandTag), 0]);

    /// <summary>Ends every connection; new ones are closed as they come.</summary>
    public void Close()
    {
        _closed = true;
        foreach (var connection in _connections.Keys) connection.Close();
    }

    /// <summary>Connections stay as they are and carry nothing, in either direction, as when the network is gone; what was sent meanwhile arrives later.</summary>
    public void Silence()
    {
        if (_audible.Task.IsCompleted) _audible = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Open()
    {
        _closed = false;
        _audible.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var connection in _connections.Keys) connection.Close();
        _stopping.Dispose();
    }

    private static TaskCompletionSource Set()
    {
        var set = new TaskCompletionSource();
        set.SetResult();
        return set;
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
        using (var server = new TcpClient { NoDelay = true })
        {
            if (_closed) return;
            client.NoDelay = true;
            _connections.TryAdd(client, true);
            _connections.TryAdd(server, true);
            try
            {
                await _audible.Task.WaitAsync(_stopping.Token);
                await server.ConnectAsync(_host, _port, _stopping.Token);
                await Task.WhenAny(CopyAsync(client, server, isAnswer: false), CopyAsync(server, client, isAnswer: true));
            }
            catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                // PostgreSQL is not there: neither is this connection.
            }

            _connections.TryRemove(client, out _);
            _connections.TryRemove(server, out _);
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
                await _audible.Task.WaitAsync(_stopping.Token);
                if (isAnswer && Volatile.Read(ref _cutAt) is { } tag && buffer.AsSpan(0, read).IndexOf(tag) >= 0
                    && Interlocked.CompareExchange(ref _cutAt, null, tag) == tag)
                {
                    Interlocked.Increment(ref _cuts);
                    return;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stopping.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone; the other is closed with it.
        }
    }
}
