using System.Globalization;
using System.Net.ServerSentEvents;

namespace JobScheduler.Bench.Load;

/// <summary>
/// A browser with a page of the dashboard open: follows the host's beats and fetches the page again as <c>live.js</c> does, after at least
/// sixty times what the last look took.
/// </summary>
internal sealed class Reader(HttpClient host, string page)
{
    private const double Cost = 60;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public int Looks { get; private set; }

    /// <summary>Of all looks, as the host says.</summary>
    public TimeSpan ServerTime { get; private set; }

    /// <summary>Returns when it is cancelled.</summary>
    public async Task FollowAsync(CancellationToken closed)
    {
        try
        {
            await using var beats = await host.GetStreamAsync("/ui/live", closed);
            var notBefore = DateTimeOffset.MinValue;
            await foreach (var _ in SseParser.Create(beats).EnumerateAsync(closed))
            {
                if (DateTimeOffset.UtcNow < notBefore) await Task.Delay(notBefore - DateTimeOffset.UtcNow, closed);
                var pause = Cost * await LookAsync(closed);
                notBefore = DateTimeOffset.UtcNow + (pause < Shortest ? Shortest : pause > Longest ? Longest : pause);
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The page is closed.
        }
    }

    private async Task<TimeSpan> LookAsync(CancellationToken closed)
    {
        using var answer = await host.GetAsync(page, closed);
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync(closed);
        var text = answer.Headers.GetValues("Server-Timing").Single();
        var took = TimeSpan.FromMilliseconds(double.Parse(text[(text.IndexOf("dur=", StringComparison.Ordinal) + 4)..], CultureInfo.InvariantCulture));
        Looks++;
        ServerTime += took;
        return took;
    }
}
