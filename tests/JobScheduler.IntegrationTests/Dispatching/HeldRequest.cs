using System.Diagnostics;
using JobScheduler.Host.Dispatching;

namespace JobScheduler.IntegrationTests.Dispatching;

/// <summary>A request with a client like the dispatcher's, at its <see cref="Host.Dispatching.Departure"/>.</summary>
internal sealed class HeldRequest : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _cancelled = new();
    private readonly HttpMessageInvoker _client;

    public HeldRequest(string url, int headerBytes = 0, int bodyBytes = 0)
    {
        _client = Client(this);
        var content = new CallContent(new byte[bodyBytes]) { Departure = Departure, Connected = () => IsWritten.TrySetResult() };
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        if (headerBytes > 0) request.Headers.Add("X-Long", new string('x', headerBytes));
        Response = _client.SendAsync(request, _cancelled.Token);
    }

    public Departure Departure { get; } = new();

    public Task<HttpResponseMessage> Response { get; }

    public DepartureStream? Connection { get; private set; }

    private TaskCompletionSource IsWritten { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Returns when the client writes it.</summary>
    public Task WaitsAsync() => IsWritten.Task.WaitAsync(Patience);

    /// <summary>Likewise, and when other requests have gone to the same server and come back since.</summary>
    public async Task WaitsAsync(string url)
    {
        await WaitsAsync();
        using var other = Client(null);
        for (var i = 0; i < 20; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url) { Content = new CallContent([]) };
            using var _ = await other.SendAsync(request, CancellationToken.None).WaitAsync(Patience);
        }
    }

    public void UntilClosedByPeer() =>
        SpinWait.SpinUntil(() => Connection?.IsClosedByPeer == true, Patience).ShouldBeTrue("the other end's close did not arrive");

    /// <summary>Returns when its time was, as <see cref="Stopwatch.GetTimestamp"/> has it.</summary>
    public long Depart()
    {
        var now = Stopwatch.GetTimestamp();
        Departure.Depart();
        return now;
    }

    public Task CancelAsync() => _cancelled.CancelAsync();

    public void Dispose()
    {
        _client.Dispose();
        _cancelled.Dispose();
    }

    private static HttpMessageInvoker Client(HeldRequest? held)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var stream = await DepartureStream.ConnectAsync(context, cancellation);
                if (held is not null) held.Connection = (DepartureStream)stream;
                return stream;
            },
        };
        // The servers' certificate is one that they made themselves.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=127.0.0.1";
        return new(handler);
    }
}
