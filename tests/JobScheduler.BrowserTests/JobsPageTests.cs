using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobScheduler.BrowserTests;

public sealed class JobsPageTests(Dashboard dashboard)
{
    [Fact]
    public async Task Job_is_found_by_its_name_paused_and_resumed()
    {
        var name = $"nightly-{Guid.NewGuid():N}";
        await dashboard.Api.CreateAsync(new { schedule = "* * * * * *", api = dashboard.Receiver.Url + "/jobs-page", name });
        await using var visit = await dashboard.OpenAsync("/ui/jobs");
        var page = visit.Page;

        await page.GetByLabel("Name or URL").FillAsync(name);
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = name });
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync("completed");
        await row.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(row).ToContainTextAsync("paused");
        await row.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(row).ToContainTextAsync("active");
    }

    [Fact]
    public async Task Selected_jobs_are_deleted_after_one_question()
    {
        var tag = $"t{Guid.NewGuid():N}";
        for (var i = 0; i < 3; i++)
            await dashboard.Api.CreateAsync(new { schedule = "0 0 0 1 1 *", api = dashboard.Receiver.Url + "/never", name = $"{tag}-{i}", tags = new[] { tag } });
        await using var visit = await dashboard.OpenAsync($"/ui/jobs?tag={tag}");
        var page = visit.Page;

        await page.GetByLabel("Select all on this page").CheckAsync();
        await Expect(page.GetByText("3 selected")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(page.GetByText("No job is like that.")).ToBeVisibleAsync();
    }
}
