using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace JobScheduler.IntegrationTests.Scheduling;

/// <summary>A call, and how its connection came to be.</summary>
internal sealed record LoggedCall(Guid JobId, DateTimeOffset ScheduledFor, DateTimeOffset ConnectedAt, DateTimeOffset FirstByteAt);

/// <summary>Answers one call on each connection with 200 and closes it; knows when it was made and when the first byte came.</summary>
internal sealed partial class ConnectionLog : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly byte[] Answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly List<LoggedCall> _calls = [];
    private readonly Task _accepting;
    private int _connections;
    private int _closed;

    public ConnectionLog()
    {
        _listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";
        _accepting = AcceptAsync();
    }

    public string Url { get; }

    /// <summary>Connections that are made well before a whole second, when calls are due, are closed at once.</summary>
    public bool ClosesBeforeInstants { get; init; }

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections that were closed before a call came.</summary>
    public int Closed => Volatile.Read(ref _closed);

    public IReadOnlyList<LoggedCall> Calls
    {
        get
        {
            lock (_calls) return [.. _calls];
        }
    }

    public async Task<IReadOnlyList<LoggedCall>> UntilAsync(Func<IReadOnlyList<LoggedCall>, bool> wanted)
    {
        while (!wanted(Calls)) (await _news.WaitAsync(Patience)).ShouldBeTrue($"no more came than {Calls.Count} calls");
        return Calls;
    }

    public async Task UntilConnectedAsync(int connections)
    {
        while (Connections < connections) (await _news.WaitAsync(Patience)).ShouldBeTrue("nobody connected");
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true) _ = AnswerAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
    }

    private async Task AnswerAsync(TcpClient client)
    {
        var connectedAt = DateTimeOffset.UtcNow;
        using var connection = client;
        Interlocked.Increment(ref _connections);
        _news.Release();
        if (ClosesBeforeInstants && connectedAt.Millisecond is > 200 and < 900)
        {
            Interlocked.Increment(ref _closed);
            return;
        }

        try
        {
            var buffer = new byte[8 * 1024];
            var read = await client.GetStream().ReadAsync(buffer, _stopping.Token);
            var firstByteAt = DateTimeOffset.UtcNow;
            if (read == 0) return;
            var request = Encoding.ASCII.GetString(buffer, 0, read);
            var scheduledFor = DateTimeOffset.Parse(ScheduledFor().Match(request).Groups[1].Value, CultureInfo.InvariantCulture);
            lock (_calls) _calls.Add(new(Guid.Parse(JobId().Match(request).Groups[1].Value), scheduledFor, connectedAt, firstByteAt));
            _news.Release();
            await client.GetStream().WriteAsync(Answer, _stopping.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The other end has gone, or the test is over.
        }
    }

    [GeneratedRegex("X-Scheduled-For: (.*)\r")]
    private static partial Regex ScheduledFor();

    [GeneratedRegex("X-Job-Id: (.*)\r")]
    private static partial Regex JobId();
}
