using System.Text.Json.Serialization;
using JobScheduler.Domain.Executions;

namespace JobScheduler.Domain.Jobs;

/// <summary>How often and when a failed attempt is tried again.</summary>
/// <param name="MaxAttempts">Attempts in all, the first included; 1 to 100, by default 1.</param>
/// <param name="InitialDelay">Before the second attempt; 100 ms to 1 day, by default 1 s.</param>
/// <param name="MaxDelay">No delay is longer; <paramref name="InitialDelay"/> to 1 day, by default 5 min.</param>
/// <param name="Multiplier">Each delay is this many times the one before; 1 to 10, by default 2.</param>
/// <param name="Jitter">Draw each delay evenly from (0, delay], so that failed jobs do not return together.</param>
/// <param name="On">Failures that are tried again, one or more; <c>null</c>: <see cref="RetryCondition.Defaults"/>.</param>
public sealed record RetryPolicy(
    int MaxAttempts, TimeSpan InitialDelay, TimeSpan MaxDelay, double Multiplier, bool Jitter, IReadOnlyList<RetryCondition>? On = null)
{
    public static readonly RetryPolicy None = new(1, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), 2, Jitter: true);

    /// <summary>Failures that are tried again.</summary>
    [JsonIgnore]
    public IReadOnlyList<RetryCondition> Conditions => On ?? RetryCondition.Defaults;

    /// <summary>Whether an attempt that failed like this is tried again, as long as attempts are left.</summary>
    public bool Covers(AttemptResult result) => Conditions.Any(condition => condition.Covers(result));

    public bool Equals(RetryPolicy? other) =>
        other is not null
        && (MaxAttempts, InitialDelay, MaxDelay, Multiplier, Jitter)
            == (other.MaxAttempts, other.InitialDelay, other.MaxDelay, other.Multiplier, other.Jitter)
        && (On is null ? other.On is null : other.On is not null && On.SequenceEqual(other.On));

    public override int GetHashCode() => HashCode.Combine(MaxAttempts, InitialDelay, MaxDelay, Multiplier, Jitter, On?.Count);

    /// <summary>
    /// The delay before attempt <paramref name="attempt"/> + 1: exponential backoff with full jitter
    /// (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015), or what the receiver asked for
    /// with Retry-After when that is longer, but never more than <see cref="MaxDelay"/>.
    /// </summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="retryAfter">What the receiver asked for, if it did.</param>
    /// <param name="random">From 0 (included) to 1 (excluded).</param>
    public TimeSpan DelayAfter(int attempt, TimeSpan? retryAfter, double random)
    {
        var ticks = Math.Min(InitialDelay.Ticks * Math.Pow(Multiplier, attempt - 1), MaxDelay.Ticks);
        var delay = TimeSpan.FromTicks((long)Math.Ceiling(Jitter ? ticks * (1 - random) : ticks));
        var longest = retryAfter > delay ? retryAfter.Value : delay;
        return longest < MaxDelay ? longest : MaxDelay;
    }
}
