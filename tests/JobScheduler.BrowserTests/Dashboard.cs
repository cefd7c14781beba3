using JobScheduler.Testing;
using Microsoft.Playwright;

namespace JobScheduler.BrowserTests;

/// <summary>
/// One host with jobs that really fire, one receiver for their calls and one browser, for all tests: each makes jobs of its own and looks
/// at those.
/// </summary>
public sealed class Dashboard : IAsyncLifetime
{
    private static readonly string[] Browsers =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    private readonly ServerDirectory _directory = new();
    private HostProcess? _host;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Receiver Receiver { get; private set; } = null!;

    internal ApiClient Api { get; private set; } = null!;

    public string Url => Api.Url;

    public async ValueTask InitializeAsync()
    {
        // A page that took a busy host long is fetched again the later.
        Assertions.SetDefaultExpectTimeout(30_000);
        Receiver = await Receiver.StartAsync();
        _host = HostProcess.Start(_directory, ("ASPNETCORE_ENVIRONMENT", "Development"));
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Browsers.FirstOrDefault(File.Exists)
                ?? throw new InvalidOperationException("Chromium is missing: ./test.sh installs it, or apt-get install chromium."),
            // Without it Chromium refuses to run as root, as in containers.
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
        });
        Api = await _host.ApiAsync();
    }

    /// <summary>A page of its own, with nothing remembered; it fails the test when its console shows an error, or a request of it fails.</summary>
    /// <param name="url">Of another host than the shared one.</param>
    public async Task<Visit> OpenAsync(string path, int width = 1280, int height = 900, ColorScheme colours = ColorScheme.Light, string? url = null)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = url ?? Url,
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = colours,
            TimezoneId = "Europe/Vienna",
            Locale = "en-GB",
        });
        var visit = new Visit(context, await context.NewPageAsync());
        await visit.Page.GotoAsync(path);
        return visit;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        Api?.Dispose();
        if (_host is not null) await _host.StopAsync();
        _host?.Dispose();
        await Receiver.DisposeAsync();
        _directory.Dispose();
    }
}
