using JobScheduler.Testing;

namespace JobScheduler.BrowserTests;

/// <summary>What pages are photographed with.</summary>
/// <param name="PrepareAsync">
/// Makes it, and lets it run for about that long; gives back the id of the job that the pages are of, <c>null</c>: there is none.
/// </param>
internal sealed record Scenario(string Name, Func<ApiClient, Receiver, TimeSpan, Task<string?>> PrepareAsync)
{
    public const string Team = "team";

    private const int Many = 10_000;
    private const int AtOnce = 32;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("nothing", (_, _, _) => Task.FromResult<string?>(null)),
        new("one-job", OneJobAsync),
        new(Team, TeamAsync),
        new("all-failing", AllFailingAsync),
        new("many-jobs", ManyJobsAsync),
    ];

    private static async Task<string?> OneJobAsync(ApiClient api, Receiver receiver, TimeSpan time)
    {
        var job = await api.CreateAsync(new { name = "nightly-backup", schedule = "0 0 3 * * *", timeZone = "Europe/Vienna", api = receiver.Url + "/backup" });
        await api.SendAsync(HttpMethod.Post, $"/jobs/{job}/run");
        await receiver.WaitForAsync("/backup", 1);
        return job;
    }

    /// <summary>A working day in short: most go well, some fail now and then, one always; there are changes, pauses and people behind them.</summary>
    private static async Task<string?> TeamAsync(ApiClient api, Receiver receiver, TimeSpan time)
    {
        Answers(receiver);
        using var ann = new Colleague(api.Url, "ann@example.com");
        using var ben = new Colleague(api.Url, "ben@example.com");
        var hook = receiver.Url + "/hooks/on-call";
        var star = await ann.CreateAsync(new
        {
            name = "invoice-export", schedule = "*/2 * * * * *", api = receiver.Url + "/invoices/export", tags = new[] { "billing", "finance" }, alertWebhook = hook,
            retry = new { maxAttempts = 3, initialDelay = "1s" }, headers = new { Authorization = "Bearer secret" }, body = "{\"format\":\"csv\",\"since\":\"yesterday\"}", contentType = "application/json",
        });
        foreach (var (name, schedule, path, tag) in new[]
        {
            ("cache-warmup", "*/5 * * * * *", "/cache/warm", "web"),
            ("search-reindex", "*/10 * * * * *", "/slow/reindex", "search"),
            ("payment-reconciliation", "*/3 * * * * *", "/payments/reconcile", "billing"),
            ("session-cleanup", "*/4 * * * * *", "/sessions/clean", "web"),
            ("currency-rates", "*/15 * * * * *", "/rates", "finance"),
            ("mail-digest", "*/7 * * * * *", "/mail/digest", "mail"),
            ("thumbnail-backlog", "* * * * * *", "/thumbnails", "media"),
            ("partner-feed", "*/6 * * * * *", "/broken/feed", "partners"),
            ("warehouse-sync", "*/8 * * * * *", "/flaky/warehouse", "shop"),
            ("certificate-check", "0 */1 * * * *", "/certificates", "ops"),
            ("nightly-backup", "0 0 3 * * *", "/backup", "ops"),
            ("weekly-report", "0 0 7 * * MON", "/reports", "finance"),
        })
        {
            await (tag == "ops" ? ben : ann).CreateAsync(new { name, schedule, api = receiver.Url + path, tags = new[] { tag }, alertWebhook = hook, timeZone = "Europe/Vienna" });
        }

        await Task.Delay(time * 0.4);
        await ben.SendAsync(HttpMethod.Patch, $"/jobs/{star}", new { schedule = "*/3 * * * * *" });
        await ann.SendAsync(HttpMethod.Post, $"/jobs/{star}/pause");
        await Task.Delay(time * 0.05);
        await ann.SendAsync(HttpMethod.Post, $"/jobs/{star}/resume");
        var paused = (await api.GetAsync("/jobs?q=mail-digest"))["jobs"]![0]!["jobId"]!.GetValue<string>();
        await ben.SendAsync(HttpMethod.Post, $"/jobs/{paused}/pause");
        await Task.Delay(time * 0.35);
        if ((await api.GetAsync("/alerts?limit=5")).AsArray() is [_, { } alert, ..])
            await ben.SendAsync(HttpMethod.Post, $"/alerts/{alert["alertId"]!.GetValue<string>()}/acknowledge", new { note = "The partner knows; back by noon." });
        await Task.Delay(time * 0.2);
        return star;
    }

    private static async Task<string?> AllFailingAsync(ApiClient api, Receiver receiver, TimeSpan time)
    {
        Answers(receiver);
        string? star = null;
        foreach (var name in new[] { "invoice-export", "cache-warmup", "search-reindex", "payment-reconciliation", "session-cleanup", "currency-rates" })
        {
            star = await api.CreateAsync(new
            {
                name, schedule = "* * * * * *", api = receiver.Url + "/broken/" + name, alertWebhook = receiver.Url + "/broken/hook",
                retry = new { maxAttempts = 2, initialDelay = "500ms" },
            });
        }

        await Task.Delay(time / 3);
        return star;
    }

    private static async Task<string?> ManyJobsAsync(ApiClient api, Receiver receiver, TimeSpan time)
    {
        var star = await api.CreateAsync(new { name = "shop-0000", schedule = "*/5 * * * * *", api = receiver.Url + "/shops/0" });
        await Parallel.ForAsync(1, Many, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (n, _) =>
            await api.CreateAsync(new { name = $"shop-{n:0000}", schedule = $"{n % 60} {n / 60 % 60} {n % 24} * * *", api = $"{receiver.Url}/shops/{n}", tags = new[] { $"region-{n % 7}" } }));
        await receiver.WaitForAsync("/shops/0", 2);
        return star;
    }

    /// <summary>Durations and failures as of real receivers; drawn from the number of the call, so that two runs look alike.</summary>
    private static void Answers(Receiver receiver)
    {
        foreach (var (path, least, most, failsEvery) in new[]
        {
            ("/invoices/export", 90, 420, 11), ("/cache/warm", 15, 60, 0), ("/slow/reindex", 1200, 2600, 0), ("/payments/reconcile", 60, 240, 0),
            ("/sessions/clean", 8, 30, 0), ("/rates", 120, 300, 0), ("/mail/digest", 40, 90, 0), ("/thumbnails", 25, 160, 0), ("/broken/feed", 200, 260, 1),
            ("/flaky/warehouse", 100, 900, 3), ("/certificates", 30, 50, 0), ("/hooks/on-call", 5, 15, 0),
        })
        {
            var calls = 0;
            receiver.Answer(path, async context =>
            {
                var call = Interlocked.Increment(ref calls);
                await Task.Delay(least + (call * 7919 % 1000 * (most - least) / 1000), context.RequestAborted);
                var fails = failsEvery > 0 && call % failsEvery == 0;
                context.Response.StatusCode = fails ? 503 : 200;
                await context.Response.Body.WriteAsync(fails ? "upstream connect error: connection timed out"u8.ToArray() : "{\"ok\":true}"u8.ToArray(), context.RequestAborted);
            });
        }

        foreach (var name in new[] { "invoice-export", "cache-warmup", "search-reindex", "payment-reconciliation", "session-cleanup", "currency-rates", "hook" })
            receiver.Answer($"/broken/{name}", 500);
    }

    /// <summary>Somebody who calls the API, and says so.</summary>
    private sealed class Colleague : IDisposable
    {
        private readonly HttpClient _http;

        public Colleague(string url, string name)
        {
            _http = new HttpClient { BaseAddress = new Uri(url) };
            _http.DefaultRequestHeaders.Add("X-Actor", name);
        }

        public async Task<string> CreateAsync(object job) => (await SendAsync(HttpMethod.Post, "/jobs", job))["jobId"]!.GetValue<string>();

        public async Task<System.Text.Json.Nodes.JsonNode> SendAsync(HttpMethod method, string path, object? body = null)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : System.Net.Http.Json.JsonContent.Create(body) };
            using var answer = await _http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode ? System.Text.Json.Nodes.JsonNode.Parse(text.Length == 0 ? "{}" : text)! : throw new HttpRequestException(text);
        }

        public void Dispose() => _http.Dispose();
    }
}
