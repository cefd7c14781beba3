using System.Globalization;
using System.Net;
using System.Text;
using JobScheduler.Domain;
using JobScheduler.Host.Configuration;
using JobScheduler.Host.Dispatching;
using JobScheduler.Projections.Alerts;

namespace JobScheduler.Host.Alerts;

/// <summary>How an attempt to deliver went.</summary>
/// <param name="StatusCode"><c>null</c> when no answer came.</param>
/// <param name="Error"><c>null</c> when the message was taken.</param>
internal sealed record WebhookAnswer(int? StatusCode, string? Error)
{
    /// <summary>The receiver asks not to be called again.</summary>
    public bool IsGone => StatusCode == (int)HttpStatusCode.Gone;
}

/// <summary>Posts a message to its webhook, signed if a signing secret is configured. Any 2xx takes it.</summary>
internal sealed class WebhookSender(AlertOptions options, TimeProvider time) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = options.Timeout,
    };

    private readonly byte[]? _key = options.SigningKey();

    public async Task<WebhookAnswer> SendAsync(string webhook, OutboxMessage message, string payload, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook);
        request.Content = new StringContent(payload, Encoding.UTF8, "application/json");
        var id = $"{message.AlertId:n}_{WireName.Of(message.Message)}";
        var now = time.GetUtcNow();
        request.Headers.TryAddWithoutValidation("webhook-id", id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (_key is not null) request.Headers.TryAddWithoutValidation("webhook-signature", WebhookSignature.Of(_key, id, now, payload));
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return new((int)response.StatusCode, response.IsSuccessStatusCode ? null : $"The answer was {(int)response.StatusCode}.");
        }
        catch (HttpRequestException e)
        {
            return new(null, e.Explain());
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or NotSupportedException)
        {
            // A URL that cannot be called, or an end that speaks no HTTP: a refusal like any other, or it would be tried for ever.
            return new(null, $"The message could not be posted ({e.GetType().Name}).");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(null, string.Create(CultureInfo.InvariantCulture, $"No answer within {options.Timeout.TotalSeconds:0.#} s."));
        }
    }

    public void Dispose() => _client.Dispose();
}
