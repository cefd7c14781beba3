using System.Globalization;
using JobScheduler.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobScheduler.BrowserTests;

public sealed class JobPageTests(Dashboard dashboard)
{
    /// <summary>On a busy machine pages are fetched again all the more seldom.</summary>
    static JobPageTests() => SetDefaultExpectTimeout(30_000);

    [Fact]
    public async Task Runs_appear_by_themselves_until_the_job_is_paused_and_when_asked_for()
    {
        var id = await CreateAsync("* * * * * *");
        await using var visit = await dashboard.OpenAsync($"/ui/jobs/{id}");
        var page = visit.Page;

        await Expect(page.Locator("#executions tbody tr")).Not.ToHaveCountAsync(0);
        var first = await page.Locator("#executions tbody tr").CountAsync();
        await Expect(page.Locator("#executions tbody tr")).Not.ToHaveCountAsync(first);
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "Duration over time" })).ToBeVisibleAsync();

        await Button(page, "Pause").ClickAsync();
        await Expect(page.Locator("#job-tiles")).ToContainTextAsync("paused");
        await Button(page, "Run now").ClickAsync();
        await Expect(page.Locator("#executions")).ToContainTextAsync("by hand");
        await Button(page, "Resume").ClickAsync();
        await Expect(Button(page, "Pause")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Earlier_version_is_slid_to_and_reverted_to()
    {
        var id = await CreateAsync("0 0 3 1 1 *");
        await dashboard.Api.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { schedule = "0 0 4 1 1 *" });
        await dashboard.Api.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { schedule = "0 0 5 1 1 *", timeout = "7s" });
        await using var visit = await dashboard.OpenAsync($"/ui/jobs/{id}?tab=audit");
        var (page, asOf) = (visit.Page, visit.Page.Locator("#as-of"));

        await Expect(page.Locator("#changes li").First).ToContainTextAsync("0 0 5 1 1 *");
        await Expect(asOf).ToContainTextAsync("As of version 4");
        await page.GetByLabel("Version", new() { Exact = true }).FillAsync("1");
        await Expect(asOf).ToContainTextAsync("As of version 1");
        await Expect(asOf.Locator("code").First).ToHaveTextAsync("0 0 3 1 1 *");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("version=1$"));

        await Button(page, "Revert to this version").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revert" }).ClickAsync();
        await Expect(page.Locator("#changes li").First).ToContainTextAsync("reverted to version 1");
        ((string?)(await dashboard.Api.GetAsync($"/jobs/{id}"))["schedule"]).ShouldBe("0 0 3 1 1 *");
    }

    [Fact]
    public async Task Question_why_it_did_not_run_is_answered_when_it_was_paused()
    {
        var id = await CreateAsync("* * * * * *");
        await dashboard.Api.SendAsync(HttpMethod.Post, $"/jobs/{id}/pause");
        var paused = (await dashboard.Api.GetAsync($"/jobs/{id}/events"))["events"]!.AsArray().Last()!;
        var at = DateTimeOffset.Parse((string)paused["timestamp"]!, CultureInfo.InvariantCulture).AddSeconds(2);
        await using var visit = await dashboard.OpenAsync($"/ui/jobs/{id}");
        var page = visit.Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "Why didn’t it run?" }).ClickAsync();
        await page.GetByLabel("When, on the clock of UTC").FillAsync(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        await Expect(page.Locator("#explanation")).ToContainTextAsync("The job was paused at");
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "job paused" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Range_is_drawn_over_the_chart_and_cleared()
    {
        var id = await CreateAsync("* * * * * *");
        await ApiClient.UntilAsync(() => dashboard.Api.ExecutionsAsync(id), runs => runs.Count(r => (string?)r["status"] == "COMPLETED") >= 4);
        await dashboard.Api.SendAsync(HttpMethod.Post, $"/jobs/{id}/pause");
        await using var visit = await dashboard.OpenAsync($"/ui/jobs/{id}");
        var page = visit.Page;
        var all = await page.Locator("#executions tbody tr").CountAsync();

        var chart = (await page.Locator(".bars").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(chart.X + (chart.Width * .6f), chart.Y + 20);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(chart.X + chart.Width - 1, chart.Y + 30, new() { Steps = 4 });
        await Expect(page.Locator("[data-brushed]")).ToBeVisibleAsync();
        await page.Mouse.UpAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Runs of a time" })).ToBeVisibleAsync();
        (await page.Locator("#executions tbody tr").CountAsync()).ShouldBeInRange(1, all - 1);
        await page.GetByRole(AriaRole.Link, new() { Name = "Clear" }).ClickAsync();
        await Expect(page.Locator("#executions tbody tr")).ToHaveCountAsync(all);
    }

    [Fact]
    public async Task Day_of_the_calendar_opens_into_hours_minutes_and_what_was_due()
    {
        var path = $"/job-page-{Guid.NewGuid():N}";
        dashboard.Receiver.Answer(path, 500);
        var id = await CreateAsync("* * * * * *", path);
        var runs = await ApiClient.UntilAsync(() => dashboard.Api.ExecutionsAsync(id), runs => runs.Any(r => (string?)r["status"] == "FAILED"));
        // A whole day lies ahead tomorrow; of today there may be less left than is listed one by one.
        var tomorrow = DateTimeOffset.UtcNow.Date.AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await using var visit = await dashboard.OpenAsync($"/ui/jobs/{id}?tab=ledger&from={tomorrow}T00:00:00.000Z&span=day", width: 380);
        var page = visit.Page;

        await Expect(page.Locator("#calendar .cell.bad")).ToHaveCountAsync(1);
        await Expect(page.Locator("#stretch .cell")).ToHaveCountAsync(24);
        await page.Locator("#stretch .cell").First.ClickAsync();
        await Expect(page.Locator("#stretch .cell")).ToHaveCountAsync(60);
        await page.Locator("#stretch .cell").First.ClickAsync();
        await Expect(page.GetByText("Nothing was due, up to now.")).ToBeVisibleAsync();

        var failed = (string)runs.First(r => (string?)r["status"] == "FAILED")["scheduledFor"]!;
        await page.GotoAsync($"/ui/jobs/{id}?tab=ledger&from={failed}&span=minute");
        await Expect(page.Locator("#stretch tbody tr").Filter(new() { HasText = "failed" }).First).ToContainTextAsync("status code");
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth")).ShouldBeTrue();
    }

    private Task<string> CreateAsync(string schedule, string path = "/job-page") =>
        dashboard.Api.CreateAsync(new { schedule, api = dashboard.Receiver.Url + path, name = $"job-{Guid.NewGuid():N}" });

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name });
}
