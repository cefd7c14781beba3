using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace JobScheduler.Testing;

/// <summary>The HTTP API as a user calls it; any answer other than 2xx is an <see cref="HttpRequestException"/>.</summary>
internal sealed class ApiClient(string url) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new() { BaseAddress = new Uri(url) };

    public string Url => url;

    public async Task<JsonNode> GetAsync(string path)
    {
        using var response = await _http.GetAsync(path);
        return await ReadAsync(response);
    }

    public async Task<JsonNode> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await _http.SendAsync(request);
        return await ReadAsync(response);
    }

    /// <returns>The new job's id.</returns>
    public async Task<string> CreateAsync(object job) =>
        (await SendAsync(HttpMethod.Post, "/jobs", job))["jobId"]!.GetValue<string>();

    /// <summary>The ids of all jobs, oldest first.</summary>
    public async Task<IReadOnlyList<Guid>> JobsAsync() =>
        [.. (await GetAsync("/jobs/getAllJobs")).AsArray().Select(j => Guid.Parse(j!["jobId"]!.GetValue<string>()))];

    public async Task<IReadOnlyList<JsonNode>> ExecutionsAsync(string job) =>
        [.. (await GetAsync($"/jobs/{job}/executions?limit=1000")).AsArray().Select(e => e!)];

    /// <summary>The counts of a job's ledger, since its creation, by name.</summary>
    public async Task<IReadOnlyDictionary<string, long>> LedgerAsync(string job, DateTimeOffset? to = null)
    {
        var until = to is null ? "" : $"?to={Uri.EscapeDataString(to.Value.UtcDateTime.ToString("O"))}";
        var summary = (await GetAsync($"/jobs/{job}/ledger{until}"))["summary"]!.AsObject();
        return summary.ToDictionary(p => p.Key, p => p.Value!.GetValue<long>());
    }

    /// <summary>What <paramref name="read"/> gives once it is as wanted; asked again and again, as a user would.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var value = await read();
            if (wanted(value)) return value;
            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) throw new HttpRequestException(text, null, response.StatusCode);
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }
}
