using System.Net;
using System.Net.Sockets;
using System.Text;

namespace JobScheduler.Testing;

/// <summary>A server that answers each request with the same bytes, HTTP or not, or closes the connection without a word.</summary>
public sealed class RawReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly byte[] _answer;
    private readonly Task _accepting;
    private int _requests;

    /// <param name="answer">Latin-1; empty: the connection is closed.</param>
    public RawReceiver(string answer)
    {
        _answer = Encoding.Latin1.GetBytes(answer);
        _listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    public string Url { get; }

    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = AnswerAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using var connection = client;
        var stream = client.GetStream();
        var buffer = new byte[8 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer, _stopping.Token) > 0)
            {
                Interlocked.Increment(ref _requests);
                if (_answer.Length == 0) return;
                await stream.WriteAsync(_answer, _stopping.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The other end has gone, or the test is over.
        }
    }
}
