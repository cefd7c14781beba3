using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace JobScheduler.Bench.Load;

/// <summary>A <see cref="ReceiverProcess"/>, seen from the bench.</summary>
internal sealed class BenchReceiver : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(5);

    private readonly ChildProcess _process;
    private readonly HttpClient _http = new();

    private BenchReceiver(ChildProcess process, string hit, string url) => (_process, Hit, Url) = (process, hit + "/hit", url);

    /// <summary>Of all but <see cref="Hit"/>.</summary>
    public string Url { get; }

    /// <summary>Answers at once.</summary>
    public string Hit { get; }

    /// <param name="closes">Whether it closes each connection after one call.</param>
    public static async Task<BenchReceiver> StartAsync(bool closes = false)
    {
        var (hit, url) = (ChildProcess.FreeUrl(), ChildProcess.FreeUrl());
        // One thread takes what arrives and answers it: a hop to another a call would cost more than the call.
        var process = await ChildProcess.StartAsync(
            ChildProcess.Bench, [ReceiverProcess.Name, hit, url, .. closes ? new[] { ReceiverProcess.Closing } : []], ReceiverProcess.Ready, ("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1"));
        return new(process, hit, url);
    }

    /// <summary>Where a call is marked.</summary>
    public string Marked(string mark) => $"{Url}/marked/{mark}";

    /// <summary>Of occurrences whose instants lie in [from, to).</summary>
    public async Task<ArrivalReport> ReportAsync(DateTimeOffset from, DateTimeOffset to)
    {
        var query = $"/report?from={Uri.EscapeDataString(from.ToString("O"))}&to={Uri.EscapeDataString(to.ToString("O"))}";
        return (await _http.GetFromJsonAsync<ArrivalReport>(Url + query, Json))!;
    }

    /// <summary>Waits for the first call of all, and says when it came.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    public async Task<DateTimeOffset> FirstArrivalAsync()
    {
        for (var end = DateTimeOffset.UtcNow + LongestStart; DateTimeOffset.UtcNow < end; await Task.Delay(TimeSpan.FromMilliseconds(100)))
        {
            if ((await ReportAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue)).First is { } first) return first;
        }

        throw new TimeoutException($"No call came within {LongestStart.TotalMinutes} min.");
    }

    /// <summary>Waits for the first call to <see cref="Marked"/>.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    public async Task<MarkedCall> MarkedAsync(string mark, TimeSpan patience)
    {
        for (var end = DateTimeOffset.UtcNow + patience; DateTimeOffset.UtcNow < end; await Task.Delay(LookAgainAfter))
        {
            using var answer = await _http.GetAsync(Marked(mark));
            if (answer.StatusCode == HttpStatusCode.OK) return (await answer.Content.ReadFromJsonAsync<MarkedCall>())!;
        }

        throw new TimeoutException($"No call with the mark {mark} came within {patience.TotalSeconds} s.");
    }

    public void Dispose()
    {
        _http.Dispose();
        _process.Dispose();
    }
}
