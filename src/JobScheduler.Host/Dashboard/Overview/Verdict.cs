using JobScheduler.Domain.Alerts;
using JobScheduler.Host.Dashboard.Activity;
using JobScheduler.Host.Dashboard.Parts;
using JobScheduler.Host.Health;
using JobScheduler.Projections.Alerts;

namespace JobScheduler.Host.Dashboard.Overview;

/// <summary>Whether everything is all right, in words.</summary>
/// <param name="Headline">The worst of it, or that all is well.</param>
/// <param name="Summary">What ran in the last hour.</param>
/// <param name="Concerns">All that is not as it should be, the worst first.</param>
internal sealed record Verdict(Tone Tone, string Headline, string Summary, IReadOnlyList<Concern> Concerns)
{
    /// <param name="problem">Why the database does not tell; <c>null</c>: it does.</param>
    public static Verdict Of(Trouble? trouble, Stock? stock, ActivityHour? hour, string? problem)
    {
        List<Concern> concerns = [.. ConcernsOf(trouble, problem)];
        var tone = concerns.Any(c => c.Tone == Tone.Bad) ? Tone.Bad : concerns.Count > 0 ? Tone.Warn : Tone.Good;
        var headline = concerns.Count > 0 ? concerns[0].Text
            : trouble is null ? "Looking …"
            : stock is { Jobs: 0 } ? "Ready for the first job"
            : stock is { Active: 0 } ? "All is quiet: every job is paused"
            : "All is well";
        return new(trouble is null && problem is null ? Tone.Idle : tone, headline, SummaryOf(stock, hour), concerns);
    }

    private static IEnumerable<Concern> ConcernsOf(Trouble? trouble, string? problem)
    {
        if (problem is not null) yield return new(Tone.Bad, "PostgreSQL does not answer", $"What you see is what was known before. {problem}", null);
        if (trouble is null) yield break;
        foreach (var kind in trouble.Findings.GroupBy(f => f.Kind))
        {
            var first = kind.First();
            var more = kind.Count() == 1 ? "" : $" And {Numbers.Of(kind.Count() - 1)} more.";
            yield return new(Tone.Bad, TextOf(kind.Key, kind.Count()), $"{first.What} {first.Action}{more}", "/health/invariants", first.Since);
        }

        if (trouble.Failing.Count > 0)
        {
            yield return new(
                Tone.Bad, $"{Numbers.Of(trouble.Failing.Count, "job is", "jobs are")} failing", "Their last call did not succeed.", "/ui/jobs?lastStatus=FAILED");
        }

        if (trouble.Open.Count > 0)
        {
            var overdue = trouble.Open.First.Any(a => a.Kind != AlertKind.Failed);
            yield return new(
                Tone.Bad,
                $"{UnresolvedCounts.Text((int)trouble.Open.Count)} {(trouble.Open.Count == 1 ? "alert is" : "alerts are")} open",
                overdue ? "Some are of jobs that were due and did not run." : "Nobody has acknowledged them, and no later run has succeeded.",
                "/ui/alerts?state=OPEN");
        }

        if (trouble.HeldBack > 0)
        {
            yield return new(
                Tone.Warn,
                $"{Numbers.Of(trouble.HeldBack, "job is", "jobs are")} held back",
                "Too many of their calls are without an answer: what is due meanwhile follows their misfire policy.",
                null);
        }
    }

    private static string TextOf(InvariantKind kind, int count) => kind switch
    {
        InvariantKind.NoScheduler => "Nobody schedules",
        InvariantKind.OccurrenceUnaccounted => $"{Numbers.Of(count, "job was", "jobs were")} due and did not run",
        InvariantKind.ExecutionStuck => $"{Numbers.Of(count, "execution is", "executions are")} stuck",
        InvariantKind.WatchBehind => "Overdue jobs are not looked for",
        InvariantKind.SubscriptionBehind => "A subscription does not get on",
        InvariantKind.DeliveryOverdue => "Alerts are not delivered",
        InvariantKind.WebhookFailing => $"{Numbers.Of(count, "webhook takes", "webhooks take")} no alerts",
        _ => throw new InvalidOperationException($"Unknown kind {kind}."),
    };

    private static string SummaryOf(Stock? stock, ActivityHour? hour)
    {
        if (hour is null || stock is null) return "Counting what ran.";
        if (stock.Jobs == 0) return "There are no jobs yet.";
        var jobs = Numbers.Of(stock.Active, "active job", "active jobs");
        var when = hour.Known >= TimeSpan.FromMinutes(59) ? "the last hour" : $"the last {Numbers.Of((long)Math.Ceiling(hour.Known.TotalMinutes), "minute", "minutes")} (still counting)";
        var ran = hour.Total;
        if (ran.All == 0) return $"{jobs}; nothing ran in {when}.";
        var share = ran.Calls == 0 ? "" : $", {Numbers.Share(ran.Completed, ran.Calls)} succeeded";
        var late = ran.Lateness.PercentileMs(0.5) is { } half ? $", half within {Duration.Text(half)} of their instant" : "";
        return $"{jobs}; {Numbers.Of(ran.All, "execution", "executions")} in {when}{share}{late}.";
    }
}

internal enum Tone
{
    Idle,
    Good,
    Warn,
    Bad,
}

/// <summary>One thing that is not as it should be.</summary>
/// <param name="Href">Where to see more; <c>null</c>: nowhere.</param>
internal sealed record Concern(Tone Tone, string Text, string Detail, string? Href, DateTimeOffset? Since = null);
