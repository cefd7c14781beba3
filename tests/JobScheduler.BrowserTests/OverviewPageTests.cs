using static Microsoft.Playwright.Assertions;

namespace JobScheduler.BrowserTests;

public sealed class OverviewPageTests(Dashboard dashboard)
{
    /// <summary>What is shared by all readers is asked again every few seconds.</summary>
    private const float Soon = 20_000;

    [Fact]
    public async Task Job_that_is_created_shows_up_without_reloading()
    {
        await using var visit = await dashboard.OpenAsync("/");
        var (page, name) = (visit.Page, $"overview-{Guid.NewGuid():N}");
        var failing = await dashboard.Api.CreateAsync(new { schedule = "* * * * * *", api = dashboard.Url + "/no-such-page", name });

        await Expect(page.Locator("#failing-jobs")).ToContainTextAsync(name, new() { Timeout = Soon });
        await Expect(page.Locator("#open-alerts")).ToContainTextAsync(name, new() { Timeout = Soon });
        await Expect(page.Locator(".verdict.bad")).ToContainTextAsync("failing", new() { Timeout = Soon });
        await Expect(page).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex("✕"));
        await Expect(page.Locator("#rate")).Not.ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(…|0)$"), new() { Timeout = Soon });
        await Expect(page.Locator("#nodes")).ToContainTextAsync("schedules");
        await Expect(page.Locator("#postgresql")).ToContainTextAsync("answers");

        await dashboard.Api.SendAsync(HttpMethod.Delete, $"/jobs/{failing}");
        await Expect(page.Locator("#failing-jobs")).Not.ToContainTextAsync(name, new() { Timeout = Soon });
    }

    [Fact]
    public async Task Strip_shows_the_instants_to_come_and_marks_crowded_ones()
    {
        var at = DateTimeOffset.UtcNow.AddMinutes(5);
        var instant = new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, at.Minute, 47, TimeSpan.Zero);
        for (var i = 0; i < 40; i++) await dashboard.Api.CreateAsync(new { runAt = instant, api = dashboard.Receiver.Url + "/crowd" });
        await using var visit = await dashboard.OpenAsync("/");
        var page = visit.Page;

        var crowd = page.Locator(".crowd").Filter(new() { HasText = instant.ToOffset(TimeZoneInfo.FindSystemTimeZoneById("Europe/Vienna").GetUtcOffset(instant)).ToString("HH:mm:ss") });
        await Expect(crowd).ToContainTextAsync("job", new() { Timeout = Soon });
        await page.Locator($".heat figure[data-start='{instant.ToUnixTimeSeconds() - 47}']").HoverAsync();
        await Expect(page.Locator("#heat-readout")).ToContainTextAsync("–");
    }
}
