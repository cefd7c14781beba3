using JobScheduler.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobScheduler.BrowserTests;

/// <summary>What readers see when the host, or its database, is away.</summary>
public sealed class OutageTests(Dashboard dashboard, PostgresFixture postgres)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patiently = new() { Timeout = 30_000 };
    private static readonly LocatorAssertionsToBeHiddenOptions UntilHidden = new() { Timeout = 30_000 };

    [Fact]
    public async Task Page_stays_and_says_how_old_it_is_while_the_host_or_its_database_is_away()
    {
        await using var host = await OwnHost.StartAsync(postgres);
        await host.Api.CreateAsync(new { schedule = "0 0 0 1 1 *", api = dashboard.Receiver.Url + "/never", name = "there all along" });
        await using var visit = await dashboard.OpenAsync("/ui/jobs", url: host.Url);
        visit.ExpectFaults();
        var page = visit.Page;
        var (row, banner) = (page.GetByText("there all along"), page.Locator("#connection"));
        await Expect(row).ToBeVisibleAsync();
        await Expect(banner).ToBeHiddenAsync();

        host.LoseDatabase();
        await Expect(banner).ToBeVisibleAsync(Patiently);
        await Expect(banner).ToContainTextAsync("The database cannot be reached. What you see is as of");
        await Expect(row).ToBeVisibleAsync();
        host.FindDatabase();
        await Expect(banner).ToBeHiddenAsync(UntilHidden);

        host.Kill();
        await Expect(banner).ToBeVisibleAsync(Patiently);
        await Expect(banner).ToContainTextAsync("The host does not answer.");
        await Expect(row).ToBeVisibleAsync();
        await host.StartAgainAsync();
        await Expect(banner).ToBeHiddenAsync(UntilHidden);

        // It is live again: what happens now is shown.
        await host.Api.CreateAsync(new { schedule = "0 0 0 1 1 *", api = dashboard.Receiver.Url + "/never", name = "came later" });
        await Expect(page.GetByText("came later")).ToBeVisibleAsync(Patiently);
    }

    [Fact]
    public async Task Page_that_cannot_be_made_says_why_and_comes_by_itself_when_it_can()
    {
        await using var host = await OwnHost.StartAsync(postgres);
        host.LoseDatabase();
        await using var visit = await dashboard.OpenAsync("/ui/jobs", url: host.Url);
        visit.ExpectFaults();
        var page = visit.Page;

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "The database cannot be reached" })).ToBeVisibleAsync(Patiently);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Projections" })).ToBeVisibleAsync();
        host.FindDatabase();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Jobs" })).ToBeVisibleAsync(Patiently);
    }

    [Theory]
    [InlineData("/ui/nowhere", "There is no page here.")]
    [InlineData("/ui/nowhere.txt", "Not found")]
    [InlineData("/ui/events?stream=019aa5b0-5c6e-7d2e-9a39-2f1f0c5d7e11", "There is no such stream.")]
    public async Task Page_that_does_not_exist_says_so_within_the_frame(string path, string says)
    {
        await using var visit = await dashboard.OpenAsync("/ui/jobs");
        visit.ExpectFaults();
        var answer = await visit.Page.GotoAsync(path);

        answer!.Status.ShouldBe(404);
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(says);
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Jobs", Exact = true })).ToBeVisibleAsync();
    }
}
