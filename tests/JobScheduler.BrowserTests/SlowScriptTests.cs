using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobScheduler.BrowserTests;

/// <summary>Readers who are faster than the page's modules.</summary>
public sealed class SlowScriptTests(Dashboard dashboard)
{
    [Fact]
    public async Task Press_before_the_modules_have_come_is_carried_out_once_they_have()
    {
        var job = await CreateAsync($"pressed-{Guid.NewGuid():N}");
        await using var visit = await dashboard.OpenAsync("/ui/projections");
        var page = visit.Page;
        var come = await WithoutModulesAsync(page, $"/ui/jobs/{job}");

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Who are you?" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        come.SetResult();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await Expect(page.Locator("#job-tiles")).ToContainTextAsync("paused");
    }

    [Fact]
    public async Task Search_that_was_written_before_the_modules_have_come_finds()
    {
        var name = $"written-{Guid.NewGuid():N}";
        await CreateAsync(name);
        await CreateAsync($"other-{Guid.NewGuid():N}");
        await using var visit = await dashboard.OpenAsync("/ui/projections");
        var page = visit.Page;
        var come = await WithoutModulesAsync(page, "/ui/jobs");

        await page.GetByLabel("Name or URL").FillAsync(name);
        await Expect(page.Locator("tbody tr")).Not.ToHaveCountAsync(1);

        come.SetResult();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("tbody")).ToContainTextAsync(name);
    }

    /// <summary>Goes to a page whose modules come when the result says so.</summary>
    private static async Task<TaskCompletionSource> WithoutModulesAsync(IPage page, string path)
    {
        var come = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.RouteAsync("**/assets/dashboard.js", async route =>
        {
            await come.Task;
            await route.ContinueAsync();
        });
        await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Commit });
        return come;
    }

    private async Task<string> CreateAsync(string name) =>
        await dashboard.Api.CreateAsync(new { schedule = "0 0 3 1 1 *", api = dashboard.Receiver.Url + "/slow-scripts", name });
}
