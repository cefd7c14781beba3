using JobScheduler.Testing;
using Microsoft.Playwright;

namespace JobScheduler.BrowserTests;

/// <summary>What everybody needs of every page: by hand and by ear, with weak eyes and on a phone.</summary>
public sealed class AccessibilityTests(Dashboard dashboard, AccessibilityTests.Subjects subjects) : IClassFixture<AccessibilityTests.Subjects>
{
    /// <summary>Tabs before the page's own controls: those of the frame.</summary>
    private const int TabsToMain = 20;
    private const int TabsWithin = 6;

    public static TheoryData<string, string> Pages { get; } = [.. DashboardPages.All.Select(p => (p.Name, p.Path))];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_can_be_read_and_used_by_all(string name, string path)
    {
        await using var visit = await dashboard.OpenAsync(DashboardPages.Address(path, await subjects.GetAsync(dashboard))!, width: 380, height: 800);
        var page = visit.Page;
        await page.Locator("main h1").First.WaitForAsync();

        (await page.EvaluateAsync<string[]>(PageChecks.Overflow)).ShouldBeEmpty($"{name} scrolls sideways at 380 px");
        await TabThroughAsync(page, name);

        await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        (await page.EvaluateAsync<string[]>(PageChecks.Headings)).ShouldBeEmpty(name);
        (await page.EvaluateAsync<string[]>(PageChecks.Nameless)).ShouldBeEmpty($"{name}: controls without a name");
        foreach (var theme in new[] { "light", "dark" })
        {
            await page.EvaluateAsync("theme => document.documentElement.dataset.theme = theme", theme);
            (await page.EvaluateAsync<string[]>(PageChecks.LowContrast)).ShouldBeEmpty($"{name}, {theme}");
        }
    }

    private static async Task TabThroughAsync(IPage page, string name)
    {
        var controls = Math.Min(TabsWithin, await page.Locator("main :is(a[href], button, input, select, textarea, summary):visible").CountAsync());
        var within = 0;
        for (var tab = 0; tab < TabsToMain + TabsWithin && within < controls; tab++)
        {
            await page.Keyboard.PressAsync("Tab");
            var focus = await page.EvaluateAsync<FocusSeen>(PageChecks.Focus);
            focus.Visible.ShouldBeTrue($"{name}: the focus on {focus.What} is not to be seen");
            if (focus.InMain) within++;
        }

        within.ShouldBe(controls, $"{name}: Tab does not come to the controls of the page");
    }

    /// <summary>A job that fails, and so has a run and an alert.</summary>
    public sealed class Subjects
    {
        private readonly SemaphoreSlim _once = new(1);
        private PageSubjects? _subjects;

        internal async Task<PageSubjects> GetAsync(Dashboard dashboard)
        {
            await _once.WaitAsync();
            try
            {
                return _subjects ??= await MakeAsync(dashboard);
            }
            finally
            {
                _once.Release();
            }
        }

        private static async Task<PageSubjects> MakeAsync(Dashboard dashboard)
        {
            dashboard.Receiver.Answer("/accessibility", 500);
            var job = await dashboard.Api.CreateAsync(new { schedule = "* * * * * *", api = dashboard.Receiver.Url + "/accessibility", name = "fails for all to see", tags = new[] { "billing" } });
            await ApiClient.UntilAsync(async () => (await dashboard.Api.GetAsync($"/alerts/{job}")).AsArray().Count, count => count > 0);
            await dashboard.Api.SendAsync(HttpMethod.Post, $"/jobs/{job}/pause");
            return await PageSubjects.OfAsync(dashboard.Api, job);
        }
    }

    private sealed record FocusSeen
    {
        public string What { get; init; } = "";

        public bool InMain { get; init; }

        public bool Visible { get; init; }
    }
}
