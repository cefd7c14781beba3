using JobScheduler.Testing;
using Microsoft.Playwright;

namespace JobScheduler.BrowserTests;

/// <summary>
/// Photographs every page, for people to look at: <c>scripts/screenshots.sh</c> runs it. In <c>JOBSCHEDULER_SCREENSHOTS</c> a folder a
/// scenario; in <c>JOBSCHEDULER_SCREENSHOTS_README</c>, if set, the two of the README.
/// </summary>
public sealed class ScreenshotTests(Dashboard dashboard)
{
    private static readonly TimeSpan RunsFor = TimeSpan.FromSeconds(Setting("SECONDS") is { } seconds ? int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture) : 90);

    public static TheoryData<string> Scenarios { get; } = [.. Scenario.All.Select(s => s.Name)];

    [Theory(Explicit = true)]
    [MemberData(nameof(Scenarios))]
    public async Task Pages_are_photographed(string scenario)
    {
        Assert.SkipUnless(Setting("SCENARIOS") is not { } wanted || wanted.Split(',').Contains(scenario), "Another scenario is wanted.");
        var folder = Path.Combine(Setting("") ?? Path.Combine(Path.GetTempPath(), "screenshots"), scenario);
        Directory.CreateDirectory(folder);
        using var directory = new ServerDirectory();
        using var host = HostProcess.Start(directory, ("ASPNETCORE_ENVIRONMENT", "Development"));
        using var api = await host.ApiAsync();
        var star = await Scenario.All.Single(s => s.Name == scenario).PrepareAsync(api, dashboard.Receiver, RunsFor);
        var subjects = await PageSubjects.OfAsync(api, star);

        foreach (var (name, path) in DashboardPages.All)
        {
            if (DashboardPages.Address(path, subjects) is not { } address) continue;
            foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
            foreach (var width in new[] { 380, 1400 })
                await PhotographAsync(api.Url, address, theme, width, Path.Combine(folder, $"{name}-{(theme == ColorScheme.Dark ? "dark" : "light")}-{width}.png"), wholePage: true);
        }

        if (scenario == Scenario.Team && Setting("README") is { } readme)
        {
            await PhotographAsync(api.Url, "/", ColorScheme.Light, 1400, Path.Combine(readme, "overview.png"), wholePage: false);
            await PhotographAsync(api.Url, $"/ui/jobs/{star}", ColorScheme.Dark, 1400, Path.Combine(readme, "job.png"), wholePage: false);
        }

        await host.StopAsync();
    }

    private async Task PhotographAsync(string url, string path, ColorScheme theme, int width, string file, bool wholePage)
    {
        await using var visit = await dashboard.OpenAsync(path, width, 900, theme, url);
        await visit.Page.Locator("main h1").First.WaitForAsync();
        await visit.Page.ScreenshotAsync(new() { Path = file, FullPage = wholePage, Animations = ScreenshotAnimations.Disabled });
    }

    private static string? Setting(string name) =>
        Environment.GetEnvironmentVariable(name.Length == 0 ? "JOBSCHEDULER_SCREENSHOTS" : $"JOBSCHEDULER_SCREENSHOTS_{name}") is { Length: > 0 } value ? value : null;
}
