using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace JobScheduler.Bench.Load;

/// <summary>Times the answers of the reading calls, one after the other.</summary>
internal sealed partial class ReadEndpoints(HostUnderTest host, IReadOnlyList<Guid> jobs, IReadOnlyList<Guid> executions)
{
    private const double GoalMs = 20;

    /// <summary>A method is compiled for speed after thirty calls: of a server that runs for months, the calls before say little.</summary>
    private const int Warmup = 40;

    /// <summary>Prints a table; a median over the goal is marked. False when an answer was not 200.</summary>
    public async Task<bool> MeasureAsync(int calls)
    {
        var fine = true;
        var table = new Table(52, $"call (goal: {GoalMs:0} ms)", "p50 ms", "p90 ms", "p99 ms", "max ms", "bytes");
        await foreach (var (call, times, bytes, refused) in EachAsync(calls))
        {
            fine &= refused == 0;
            var verdict = refused > 0 ? $"{refused} REFUSED" : times.P50 > GoalMs ? "OVER" : times.P99 > GoalMs ? "p99 over" : "";
            table.Add([call, .. times.Cells, $"{bytes}", verdict]);
        }

        return fine;
    }

    /// <summary>The slowest calls by their medians, slowest first, on one line.</summary>
    public async Task<string> SlowestAsync(int calls, int count)
    {
        var all = await EachAsync(calls).ToListAsync();
        return string.Join(", ", all.OrderByDescending(c => c.Times.P50).Take(count).Select(c => $"{c.Call} {c.Times.P50:0.0} / {c.Times.P99:0.0}"))
            + $"; median of the {all.Count} calls {Distribution.Of(all.Select(c => c.Times.P50)).P50:0.0}";
    }

    private async IAsyncEnumerable<(string Call, Distribution Times, int Bytes, int Refused)> EachAsync(int calls)
    {
        foreach (var path in await PathsAsync())
        {
            var times = new List<double>();
            var (bytes, refused) = (0, 0);
            for (var i = -Warmup; i < calls; i++)
            {
                var sent = Stopwatch.GetTimestamp();
                using var response = await host.Http.GetAsync(path(Math.Abs(i)));
                bytes = (await response.Content.ReadAsByteArrayAsync()).Length;
                if (i >= 0) times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                if (!response.IsSuccessStatusCode) refused++;
            }

            yield return (Label(path(0)), Distribution.Of(times), bytes, refused);
        }
    }

    private async Task<IReadOnlyList<Func<int, string>>> PathsAsync()
    {
        Guid Job(int i) => jobs[i % jobs.Count];
        var paths = new List<Func<int, string>>
        {
            _ => "/jobs",
            _ => "/jobs?limit=500",
            _ => "/jobs?state=ACTIVE",
            _ => "/jobs?state=PAUSED",
            _ => "/jobs?tag=bench",
            _ => "/jobs?tag=second",
            _ => "/jobs?tag=absent",
            _ => "/jobs?q=00012",
            _ => "/jobs?q=absent",
            _ => "/jobs?lastStatus=COMPLETED",
            _ => "/jobs?lastStatus=FAILED",
            _ => "/jobs?lastStatus=SKIPPED",
            _ => "/jobs?tag=second&sort=-name",
            i => $"/jobs/{Job(i)}",
            i => $"/jobs/{Job(i)}/events",
            i => $"/jobs/{Job(i)}/as-of?version=1",
            i => $"/jobs/{Job(i)}/executions",
            i => $"/jobs/{Job(i)}/executions?limit=1000",
            i => $"/jobs/{Job(i)}/executions?status=FAILED&limit=50",
            i => $"/jobs/{Job(i)}/executions?status=SKIPPED&limit=50",
            i => $"/jobs/{Job(i)}/executions?limit=50&before={Uri.EscapeDataString(DateTimeOffset.UtcNow.AddHours(-12).ToString("O"))}",
            i => $"/jobs/{Job(i)}/ledger",
            i => $"/jobs/{Job(i)}/ledger?from={Uri.EscapeDataString(DateTimeOffset.UtcNow.AddDays(-1).ToString("O"))}",
            _ => "/alerts",
            _ => "/alerts?limit=1000",
            _ => "/alerts?state=OPEN",
            i => $"/alerts/{Job(i)}",
            i => $"/alerts/{Job(i)}?state=OPEN",
            _ => "/events?limit=100",
            _ => "/events?types=job_deleted",
            _ => "/events?types=execution_failed",
            _ => "/events?types=job_paused,alert_raised,execution_skipped",
            _ => "/health",
            _ => "/health/live",
            _ => "/metrics",
        };
        if (executions.Count > 0) paths.Add(i => $"/executions/{executions[i % executions.Count]}");
        foreach (var sort in new[] { "created", "-created", "updated", "-updated", "name", "-name" })
        {
            paths.Add(_ => $"/jobs?sort={sort}");
            if (await SecondPageAsync(sort) is { } next) paths.Add(_ => $"/jobs?sort={sort}&after={next}");
        }

        return paths;
    }

    private async Task<string?> SecondPageAsync(string sort)
    {
        using var page = JsonDocument.Parse(await host.Http.GetStringAsync($"/jobs?sort={sort}"));
        return page.RootElement.TryGetProperty("next", out var next) ? next.GetString() : null;
    }

    /// <summary>The path with ids, instants and cursors left out.</summary>
    private static string Label(string path) => LongValues().Replace(path, "…");

    [GeneratedRegex("[^/=]{27,}")]
    private static partial Regex LongValues();
}
