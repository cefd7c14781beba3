using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using JobScheduler.Checker;
using JobScheduler.Testing;

namespace JobScheduler.FaultTests;

/// <summary>A client of the API that remembers what it was told is done.</summary>
internal sealed class JobDriver(Func<ApiClient> api)
{
    private readonly ConcurrentQueue<Acknowledgement> _acknowledged = new();

    public IReadOnlyList<Acknowledgement> Acknowledged => [.. _acknowledged];

    public async Task<Guid> CreateAsync(object job)
    {
        var id = Guid.Parse((await SendAsync(HttpMethod.Post, "/jobs", job))["jobId"]!.GetValue<string>());
        _acknowledged.Enqueue(new(id, 1, DateTimeOffset.UtcNow));
        return id;
    }

    public Task ChangeAsync(Guid job, object change) => ChangeAsync(HttpMethod.Put, job, "", change);

    public Task PauseAsync(Guid job) => ChangeAsync(HttpMethod.Post, job, "/pause", null);

    public Task ResumeAsync(Guid job) => ChangeAsync(HttpMethod.Post, job, "/resume", null);

    public async Task DeleteAsync(Guid job)
    {
        await SendAsync(HttpMethod.Delete, $"/jobs/{job}", null);
        _acknowledged.Enqueue(new(job, null, DateTimeOffset.UtcNow));
    }

    /// <returns>The execution's id.</returns>
    public async Task<Guid> RunAsync(Guid job)
    {
        var id = Guid.Parse((await SendAsync(HttpMethod.Post, $"/jobs/{job}/run", null))["executionId"]!.GetValue<string>());
        _acknowledged.Enqueue(new(id, 1, DateTimeOffset.UtcNow));
        return id;
    }

    /// <summary>While faults are under way: true when it was done, false when it may have been done or not.</summary>
    public static async Task<bool> TryAsync(Func<Task> command)
    {
        try
        {
            await command();
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            return false;
        }
    }

    private async Task ChangeAsync(HttpMethod method, Guid job, string path, object? change)
    {
        var answer = await SendAsync(method, $"/jobs/{job}{path}", change);
        _acknowledged.Enqueue(new(job, answer["job"]!["version"]!.GetValue<long>(), DateTimeOffset.UtcNow));
    }

    private Task<JsonNode> SendAsync(HttpMethod method, string path, object? body) => api().SendAsync(method, path, body);
}
