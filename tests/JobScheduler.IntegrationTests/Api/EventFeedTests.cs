using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace JobScheduler.IntegrationTests.Api;

public sealed class EventFeedTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Feed_is_paged_and_filtered_by_type()
    {
        var id = await host.CreateJobAsync(new { name = "a" });
        await host.SendAsync(HttpMethod.Post, $"/jobs/{id}/pause");
        await host.SendAsync(HttpMethod.Post, $"/jobs/{id}/resume");

        var all = await PagesAsync("/events?limit=1");
        all.Select(e => (long)e!["sequence"]!).ShouldBeInOrder();
        all.Where(e => (string)e!["streamId"]! == id.ToString()).Select(e => (string)e!["type"]!).ShouldBe(["job_created", "job_paused", "job_resumed"]);
        (await PagesAsync("/events?types=job_paused,job_resumed&limit=2")).ShouldAllBe(e => (string)e!["type"]! != "job_created");
        var created = all.First(e => (string)e!["streamId"]! == id.ToString())!;
        ((string)created["streamType"]!).ShouldBe("job");
        ((string)created["data"]!["name"]!).ShouldBe("a");
        ((string)created["data"]!["target"]!["timeout"]!).ShouldBe("30s");
    }

    [Fact]
    public async Task Stream_follows_live_and_resumes_after_the_last_event()
    {
        var id = await host.CreateJobAsync();
        using var cancellation = new CancellationTokenSource(Patience);
        string last;
        await using (var first = await OpenAsync("/events", null, cancellation.Token))
        {
            var created = await first.NextOfAsync(id);
            created.EventType.ShouldBe("job_created");
            last = created.EventId!;
        }

        await using var resumed = await OpenAsync("/events?types=job_created,job_paused,job_deleted", last, cancellation.Token);
        await host.SendAsync(HttpMethod.Post, $"/jobs/{id}/pause");
        var paused = await resumed.NextOfAsync(id);
        paused.EventType.ShouldBe("job_paused");
        long.Parse(paused.EventId!, CultureInfo.InvariantCulture).ShouldBeGreaterThan(long.Parse(last, CultureInfo.InvariantCulture));
        await host.SendAsync(HttpMethod.Delete, $"/jobs/{id}", expected: System.Net.HttpStatusCode.NoContent);
        (await resumed.NextOfAsync(id)).EventType.ShouldBe("job_deleted");
    }

    [Fact]
    public async Task Stream_resumed_again_and_again_gives_every_event_once()
    {
        using var cancellation = new CancellationTokenSource(Patience);
        var jobs = new List<Guid>();
        var (seen, last) = (new List<string>(), (string?)null);
        for (var round = 0; round < 4; round++)
        {
            // Some come while nobody listens, some while the stream is open; each is left off in the midst.
            for (var i = 0; i < 3; i++) jobs.Add(await host.CreateJobAsync());
            await using var stream = await OpenAsync("/events?after=1000000&types=job_created&limit=2", last ?? "0", cancellation.Token);
            jobs.Add(await host.CreateJobAsync());
            for (var i = 0; i < 3; i++)
            {
                var item = await stream.NextAsync();
                seen.Add((string)JsonNode.Parse(item.Data)!["streamId"]!);
                last = item.EventId;
            }
        }

        var all = (await PagesAsync("/events?types=job_created")).Select(e => (string)e!["streamId"]!).ToList();
        seen.ShouldBe(all.Take(seen.Count), "Last-Event-ID counts, not 'after'");
        jobs.ShouldAllBe(job => all.Contains(job.ToString()));
    }

    [Fact]
    public async Task Stream_refuses_a_last_event_id_that_is_none()
    {
        using var answer = await host.AnswerAsync(HttpMethod.Get, "/events", null, ("Accept", "text/event-stream"), ("Last-Event-ID", "x"));

        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest);
    }

    private async Task<List<JsonNode?>> PagesAsync(string path)
    {
        var events = new List<JsonNode?>();
        for (var after = 0L; ;)
        {
            var page = await host.GetAsync($"{path}&after={after}");
            if (page["events"]!.AsArray().Count == 0) return events;
            events.AddRange(page["events"]!.AsArray());
            after = (long)page["next"]!;
        }
    }

    private async Task<OpenStream> OpenAsync(string path, string? lastEventId, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", "text/event-stream");
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var answer = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var items = SseParser.Create(await answer.Content.ReadAsStreamAsync(cancellation)).EnumerateAsync(cancellation);
        return new OpenStream(answer, items.GetAsyncEnumerator(cancellation));
    }

    private sealed class OpenStream(HttpResponseMessage answer, IAsyncEnumerator<SseItem<string>> items) : IAsyncDisposable
    {
        public async Task<SseItem<string>> NextAsync()
        {
            while (await items.MoveNextAsync())
            {
                if (items.Current.EventType != "heartbeat") return items.Current;
            }

            throw new InvalidOperationException("The stream ended.");
        }

        public async Task<SseItem<string>> NextOfAsync(Guid stream)
        {
            while (true)
            {
                var item = await NextAsync();
                var stored = JsonNode.Parse(item.Data)!;
                ((string)stored["type"]!).ShouldBe(item.EventType);
                if ((string)stored["streamId"]! == stream.ToString()) return item;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await items.DisposeAsync();
            answer.Dispose();
        }
    }
}
