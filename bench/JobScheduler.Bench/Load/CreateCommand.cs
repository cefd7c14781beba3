using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;

namespace JobScheduler.Bench.Load;

/// <summary><c>create --connections 16 --seconds 10</c>: jobs created one by one, from as many connections at once.</summary>
internal static class CreateCommand
{
    public static readonly BenchCommand Command = new(
        "create",
        "single POST /jobs from several connections; creations a second (goal: 3,000)",
        new Dictionary<string, string> { ["connections"] = "16", ["seconds"] = "10", ["warmup"] = "5" },
        RunAsync);

    private static async Task<int> RunAsync(BenchOptions options)
    {
        var (connections, seconds) = (options.Number("connections"), options.Number("seconds"));
        await using var postgres = await BenchPostgres.StartAsync();
        using var host = await HostUnderTest.StartAsync(postgres);
        // The jobs are not due while we measure.
        var schedule = $"0 0 0 1 {DateTime.UtcNow.AddMonths(2).Month} *";
        var body = JsonSerializer.SerializeToUtf8Bytes(new { schedule, api = "http://127.0.0.1:9/never", name = "bench" });
        var warm = await CreateAsync(host.Http, body, connections, TimeSpan.FromSeconds(options.Number("warmup")));
        await DatabaseCounters.ReadAsync(postgres.DataSource);
        var (cpu, counters) = (host.Process.ProcessorTime, await DatabaseCounters.ReadAsync(postgres.DataSource));
        var elapsed = Stopwatch.StartNew();
        var created = await CreateAsync(host.Http, body, connections, TimeSpan.FromSeconds(seconds));
        elapsed.Stop();
        (cpu, counters) = (host.Process.ProcessorTime - cpu, await DatabaseCounters.ReadAsync(postgres.DataSource) - counters);

        // Each that was answered 201 is there, and no other.
        var answered = warm.Concat(created).Select(c => c.JobId).ToHashSet();
        var stored = await postgres.CountAsync($"select count(*) from {BenchPostgres.Schema}.jobs");
        var found = await postgres.CountAsync(
            $"select count(*) from {BenchPostgres.Schema}.jobs where id = any ($1)", new NpgsqlParameter { Value = answered.ToArray() });
        var whole = answered.Count == warm.Count + created.Count && found == answered.Count && stored == found;
        double n = Math.Max(1, created.Count);
        var table = new Table(
            12, "connections", "created", "stored", "jobs/s", "p50 ms", "p90 ms", "p99 ms", "max ms", "cpu ms", "pg ms", "commits", "WAL B", "MB");
        table.Add([
            $"{connections}", $"{created.Count}", $"{stored - warm.Count}", $"{created.Count / elapsed.Elapsed.TotalSeconds:0}",
            .. Distribution.Of(created.Select(c => c.Milliseconds)).Cells,
            $"{cpu.TotalMilliseconds / n:0.000}", $"{counters.ProcessorTime.TotalMilliseconds / n:0.000}", $"{counters.Commits / n:0.0000}",
            $"{counters.WalBytes / n:0}", $"{host.Process.ResidentMegabytes:0}", whole ? "" : "BROKEN",
        ]);
        return whole ? 0 : 1;
    }

    private static async Task<IReadOnlyCollection<Creation>> CreateAsync(HttpClient http, byte[] body, int connections, TimeSpan time)
    {
        var all = new ConcurrentQueue<Creation>();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                var sent = Stopwatch.GetTimestamp();
                using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                using var response = await http.PostAsync("/jobs", content);
                response.EnsureSuccessStatusCode();
                var answer = await response.Content.ReadFromJsonAsync<Answer>();
                all.Enqueue(new(answer!.JobId, Stopwatch.GetElapsedTime(sent).TotalMilliseconds));
            }
        }));
        return all;
    }

    private sealed record Answer(Guid JobId);

    private readonly record struct Creation(Guid JobId, double Milliseconds);
}
