using JobScheduler.Domain.Executions;

namespace JobScheduler.Host.Dashboard.Executions;

/// <summary>A stretch of an attempt's time, in milliseconds.</summary>
/// <param name="Tone">The class of its colour.</param>
internal sealed record TimingPart(string Name, string Tone, double Ms);

/// <summary>Where the time of an attempt went.</summary>
internal static class Timing
{
    /// <summary>From the instant it was due to its end, in milliseconds.</summary>
    public static double WholeMs(AttemptResult attempt) => attempt.LatenessMs + attempt.DurationMs;

    /// <summary>In order; they add up to <see cref="WholeMs"/>. A kept connection costs no time, and has no part.</summary>
    public static IReadOnlyList<TimingPart> PartsOf(AttemptResult attempt)
    {
        var parts = new List<TimingPart> { new("queued", "queue", attempt.LatenessMs) };
        if (attempt.ConnectMs is { } connect) parts.Add(new("connecting", "connect", connect));
        var connected = attempt.ConnectMs ?? 0;
        if (attempt.FirstByteMs is { } firstByte)
        {
            parts.Add(new("waiting for the first byte", "wait", Math.Max(0, firstByte - connected)));
            parts.Add(new("reading", "read", Math.Max(0, attempt.DurationMs - firstByte)));
        }
        else
        {
            // Attempts of earlier versions say no more than how long they took.
            var (name, tone) = attempt.StatusCode is null ? ("without an answer", "lost") : ("calling", "wait");
            parts.Add(new(name, tone, Math.Max(0, attempt.DurationMs - connected)));
        }

        return parts;
    }
}
