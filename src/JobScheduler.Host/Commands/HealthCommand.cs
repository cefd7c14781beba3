namespace JobScheduler.Host.Commands;

/// <summary><c>JobScheduler.Host health [url]</c>: exits with 0 when that host is fit, else with 1; for a container's health check.</summary>
internal static class HealthCommand
{
    public const string Name = "health";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="args">The host's URL, by default <see cref="Composition.DefaultUrl"/>.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output)
    {
        var text = args is [var given, ..] ? given : Composition.DefaultUrl;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            await output.WriteLineAsync($"'{text}' is not a URL; give one such as {Composition.DefaultUrl}.");
            return 1;
        }

        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri(url, "/health/ready"));
            await output.WriteLineAsync(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await output.WriteLineAsync($"{url} does not answer: {e.Message}");
            return 1;
        }
    }
}
