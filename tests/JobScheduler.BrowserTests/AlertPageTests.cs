using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobScheduler.BrowserTests;

public sealed class AlertPageTests(Dashboard dashboard)
{
    [Fact]
    public async Task Alert_appears_by_itself_and_is_acknowledged_with_a_note()
    {
        var job = await FailingJobAsync("acknowledged", webhook: null);
        await using var visit = await dashboard.OpenAsync($"/ui/alerts?job={job}");
        var page = visit.Page;
        await Expect(page.GetByText("Nothing is open")).ToBeVisibleAsync();

        await RunAsync(job);
        var row = page.Locator("tbody tr");
        await Expect(row).ToContainTextAsync("The answer was 500");
        await row.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();
        await page.GetByLabel("Note").FillAsync("The disk is being replaced");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();
        await Expect(page.GetByText("Nothing is open")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "acknowledged 1" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "The answer was 500" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "About this alert" })).ToContainTextAsync("The disk is being replaced");
    }

    [Fact]
    public async Task Selected_alerts_are_acknowledged_together()
    {
        var job = await FailingJobAsync("selected", webhook: null);
        for (var i = 0; i < 3; i++) await RunAsync(job);
        await using var visit = await dashboard.OpenAsync($"/ui/alerts?job={job}");
        var page = visit.Page;
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(3);

        await page.GetByLabel("Select all on this page").CheckAsync();
        await page.Locator("[data-picked-bar]").GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "acknowledged 3" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Delivery_that_was_refused_is_made_again()
    {
        var webhook = $"/webhook-{Guid.NewGuid():N}";
        dashboard.Receiver.Answer(webhook, 410);
        var job = await FailingJobAsync("redelivered", dashboard.Receiver.Url + webhook);
        await RunAsync(job);
        await using var visit = await dashboard.OpenAsync($"/ui/alerts?job={job}");
        var page = visit.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "The answer was 500" }).ClickAsync();
        var deliveries = page.GetByRole(AriaRole.Region, new() { Name = "Deliveries" });
        await Expect(deliveries.Locator("tbody")).ToContainTextAsync("The answer was 410");

        dashboard.Receiver.Answer(webhook, 204);
        await deliveries.GetByRole(AriaRole.Button, new() { Name = "Redeliver" }).ClickAsync();
        await Expect(deliveries.Locator(".delivery").First).ToContainTextAsync("Taken.");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Events" })).ToContainTextAsync("alert_redelivery_requested");
        (await dashboard.Receiver.WaitForAsync(webhook, 2)).Count.ShouldBe(2);
    }

    private async Task<string> FailingJobAsync(string name, string? webhook)
    {
        dashboard.Receiver.Answer("/fails", 500);
        var job = new { runAt = DateTimeOffset.UtcNow.AddDays(300).ToString("O"), api = dashboard.Receiver.Url + "/fails", name, alertWebhook = webhook };
        return await dashboard.Api.CreateAsync(job);
    }

    private async Task RunAsync(string job) => await dashboard.Api.SendAsync(HttpMethod.Post, $"/jobs/{job}/run");
}
