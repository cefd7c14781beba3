using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace JobScheduler.Testing;

/// <summary>A call that a <see cref="Receiver"/> got.</summary>
public sealed record ReceivedCall(
    string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body, DateTimeOffset ArrivedAt)
{
    public Guid ExecutionId => Guid.Parse(Headers["X-Execution-Id"]);

    public Guid JobId => Guid.Parse(Headers["X-Job-Id"]);

    public int Attempt => int.Parse(Headers["X-Attempt"], CultureInfo.InvariantCulture);

    /// <summary>When its answer was ready to go, or the caller was seen to have gone; <c>null</c>: not yet.</summary>
    public DateTimeOffset? EndedAt { get; internal set; }

    /// <summary>What it was answered; <c>null</c>: nothing yet, or the caller has gone before.</summary>
    public int? AnsweredWith { get; internal set; }

    public DateTimeOffset ScheduledFor => DateTimeOffset.Parse(Headers["X-Scheduled-For"], CultureInfo.InvariantCulture);
}

/// <summary>A real HTTP server on loopback that keeps what it gets and answers as it is told; 200 unless told otherwise.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedCall> _calls = new();
    private readonly ConcurrentDictionary<string, RequestDelegate> _answers = new();
    private readonly SemaphoreSlim _arrived = new(0);

    private Receiver(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    public IReadOnlyList<ReceivedCall> Calls => [.. _calls];

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new Receiver(builder.Build());
        receiver._app.Run(receiver.ReceiveAsync);
        await receiver._app.StartAsync();
        receiver.Url = receiver._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return receiver;
    }

    /// <summary>What calls of a path are answered from now on.</summary>
    public void Answer(string path, RequestDelegate answer) => _answers[path] = answer;

    public void Answer(string path, int statusCode) => Answer(path, context =>
    {
        context.Response.StatusCode = statusCode;
        return Task.CompletedTask;
    });

    public IReadOnlyList<ReceivedCall> CallsOf(string path) => [.. _calls.Where(c => c.Path == path)];

    /// <summary>The calls of a path once there are that many.</summary>
    /// <exception cref="TimeoutException">They did not come within a minute.</exception>
    public async Task<IReadOnlyList<ReceivedCall>> WaitForAsync(string path, int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var calls = CallsOf(path);
            if (calls.Count >= count) return calls;
            try
            {
                await _arrived.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{calls.Count} calls of {path} came instead of {count}.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Answers that wait for a signal must not hold up the end.
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _arrived.Dispose();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        var arrivedAt = DateTimeOffset.UtcNow;
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var call = new ReceivedCall(context.Request.Method, context.Request.Path, headers, body, arrivedAt);
        _calls.Enqueue(call);
        _arrived.Release();
        await using var gone = context.RequestAborted.Register(() => call.EndedAt ??= DateTimeOffset.UtcNow);
        if (_answers.TryGetValue(context.Request.Path, out var answer)) await answer(context);
        if (context.RequestAborted.IsCancellationRequested) return;
        (call.EndedAt, call.AnsweredWith) = (DateTimeOffset.UtcNow, context.Response.StatusCode);
    }
}
