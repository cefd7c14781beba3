using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace JobScheduler.BrowserTests;

/// <summary>A reader's look at the dashboard.</summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = new();
    private bool _expectsFaults;

    internal Visit(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        context.SetDefaultTimeout(30_000);
        page.Console += (_, message) =>
        {
            if (message.Type == "error") _faults.Enqueue($"console: {message.Text}");
        };
        page.PageError += (_, error) => _faults.Enqueue($"script: {error}");
        page.Response += (_, response) =>
        {
            if (response.Status >= 400) _faults.Enqueue($"{response.Status} {response.Request.Method} {response.Url}");
        };
        page.RequestFailed += (_, request) =>
        {
            // The page itself breaks off a look for news when it goes elsewhere.
            if (request.Failure?.Contains("ERR_ABORTED", StringComparison.Ordinal) != true) _faults.Enqueue($"{request.Failure}: {request.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>What went wrong so far.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>Forgets what went wrong: for a refusal that the test was about.</summary>
    public void ForgiveFaults() => _faults.Clear();

    /// <summary>For a test that is about things going wrong: what does, from here on, does not fail it.</summary>
    public void ExpectFaults() => _expectsFaults = true;

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        if (!_expectsFaults) _faults.ShouldBeEmpty();
    }
}
