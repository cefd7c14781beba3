using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobScheduler.BrowserTests;

public sealed partial class EventsPageTests(Dashboard dashboard)
{
    [Fact]
    public async Task Log_of_a_job_grows_on_top_until_an_event_is_opened_and_again_when_followed()
    {
        var job = await dashboard.Api.CreateAsync(new { schedule = "* * * * * *", api = dashboard.Receiver.Url + "/events-page", name = "logged" });
        await using var visit = await dashboard.OpenAsync($"/ui/events?job={job}");
        var page = visit.Page;
        var (events, bar) = (page.Locator("#events .event"), page.Locator("#following"));

        await Expect(bar).ToContainTextAsync("Live");
        await Expect(events.Filter(new() { HasText = "execution completed" }).First).ToBeVisibleAsync();
        var opened = events.Filter(new() { HasText = "job created" });
        await opened.Locator("summary").ClickAsync();
        await Expect(opened.Locator("pre")).ToContainTextAsync("\"cron\": \"* * * * * *\"");
        await Expect(bar).ToContainTextAsync("Paused");
        await Expect(bar).ToContainTextAsync(Newer());
        var top = await events.First.GetAttributeAsync("data-key");
        await Expect(page).ToHaveURLAsync(Before());
        await Expect(opened.Locator("pre")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Follow the log" }).ClickAsync();
        await Expect(bar).ToContainTextAsync("Live");
        await Expect(events.First).Not.ToHaveAttributeAsync("data-key", top!);
        await dashboard.Api.SendAsync(HttpMethod.Delete, $"/jobs/{job}");
        await Expect(events.Locator(".badge").Filter(new() { HasText = "job deleted" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Events_are_filtered_by_type_and_lead_to_their_stream()
    {
        var job = await dashboard.Api.CreateAsync(new { schedule = "0 0 0 1 1 *", api = dashboard.Receiver.Url + "/never", name = $"stream-{Guid.NewGuid():N}" });
        await dashboard.Api.SendAsync(HttpMethod.Post, $"/jobs/{job}/pause");
        await dashboard.Api.SendAsync(HttpMethod.Post, $"/jobs/{job}/resume");
        await using var visit = await dashboard.OpenAsync($"/ui/events?job={job}");
        var page = visit.Page;
        var events = page.Locator("#events .event");
        await Expect(events).ToHaveCountAsync(3);

        await page.Locator(".picker > summary").ClickAsync();
        await page.GetByLabel("job paused").CheckAsync();
        await page.GetByLabel("job resumed").CheckAsync();
        await Expect(events).ToHaveCountAsync(2);
        await Expect(page.Locator(".picker > summary")).ToContainTextAsync("2 of");
        await Expect(page.GetByLabel("Job id")).ToHaveValueAsync(job);

        await page.Keyboard.PressAsync("Escape");
        await page.Locator(".event-stream").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Events of a stream" })).ToBeVisibleAsync();
        await Expect(events.Locator(".badge")).ToHaveTextAsync(["job created", "job paused", "job resumed"]);
        await dashboard.Api.SendAsync(HttpMethod.Delete, $"/jobs/{job}");
        await Expect(events).ToHaveCountAsync(4);
    }

    [GeneratedRegex(@"(\d+ (is|are|or more are) newer)")]
    private static partial Regex Newer();

    [GeneratedRegex(@"before=\d+")]
    private static partial Regex Before();
}
