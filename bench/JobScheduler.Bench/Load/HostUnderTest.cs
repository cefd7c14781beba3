using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace JobScheduler.Bench.Load;

/// <summary>The host as a process of its own, over a <see cref="BenchPostgres"/>.</summary>
internal sealed class HostUnderTest : IDisposable
{
    private static readonly string HostAssembly = Path.Combine(AppContext.BaseDirectory, "JobScheduler.Host.dll");

    private HostUnderTest(ChildProcess process, string url) => (Process, Http) = (process, new HttpClient { BaseAddress = new Uri(url) });

    public ChildProcess Process { get; }

    public HttpClient Http { get; }

    /// <summary>Returns once it answers.</summary>
    /// <param name="schedules">False: it only serves the API.</param>
    public static async Task<HostUnderTest> StartAsync(BenchPostgres postgres, bool schedules = true)
    {
        var url = ChildProcess.FreeUrl();
        var process = await ChildProcess.StartAsync(
            HostAssembly,
            ["--urls", url],
            "Application started",
            ("ConnectionStrings__JobScheduler", postgres.ConnectionString),
            ("Scheduler__Enabled", schedules ? "true" : "false"),
            ("Logging__LogLevel__Default", "Warning"),
            ("Logging__LogLevel__Microsoft.Hosting.Lifetime", "Information"));
        return new(process, url);
    }

    /// <param name="job">The body of <c>POST /jobs</c>.</param>
    public async Task<IReadOnlyCollection<Guid>> CreateJobsAsync(int count, object job)
    {
        var ids = new Guid[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, token) =>
        {
            using var response = await Http.PostAsJsonAsync("/jobs", job, token);
            response.EnsureSuccessStatusCode();
            ids[i] = (await response.Content.ReadFromJsonAsync<Created>(token))!.JobId;
        });
        return ids;
    }

    /// <param name="change">The body of <c>PUT /jobs/{id}</c>.</param>
    public async Task ChangeJobAsync(Guid id, object change)
    {
        using var response = await Http.PutAsJsonAsync($"/jobs/{id}", change);
        response.EnsureSuccessStatusCode();
    }

    public Task DeleteJobsAsync(IReadOnlyCollection<Guid> ids) =>
        Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (id, token) =>
        {
            using var response = await Http.DeleteAsync($"/jobs/{id}", token);
            response.EnsureSuccessStatusCode();
        });

    public async Task PauseAsync(Guid id)
    {
        using var response = await Http.PostAsync($"/jobs/{id}/pause", null);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The Prometheus samples whose names begin so, as <c>name value</c>.</summary>
    public async Task<string> SamplesAsync(string prefix)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("text/plain") } } };
        using var response = await Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        return string.Join(", ", lines.Where(l => l.StartsWith(prefix, StringComparison.Ordinal)));
    }

    public void Dispose()
    {
        Http.Dispose();
        Process.Dispose();
    }

    private sealed record Created(Guid JobId);
}
