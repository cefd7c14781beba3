using System.Diagnostics;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;

namespace JobScheduler.Host.Api.Commands;

/// <summary>What a command comes to: events to append (none: nothing changes), or a refusal.</summary>
internal sealed record Verdict(IReadOnlyList<object> Events, Problem? Refusal)
{
    public static Verdict Append(params IReadOnlyList<object> events) => new(events, null);

    public static Verdict Refuse(Problem problem) => new([], problem);
}

/// <summary>How a command ended: the stream as it is now, or the refusal.</summary>
internal sealed record Outcome<T>(Folded<T>? Now, Problem? Refusal);

/// <summary>
/// The way of every write. Load the stream and fold it; refuse if the caller's If-Match does not name its version; decide, which is a
/// pure function of what was loaded (and of secrets kept once); append, expecting the version that was decided upon. If somebody else
/// appended in between, nothing was written: load and decide again, so that no update is lost, up to <see cref="MaxAttempts"/> times.
/// With an If-Match, the second load refuses as stale. What was appended is durable, and in every read model, before this returns.
/// </summary>
internal static class CommandShell
{
    /// <summary>Of as many writers on one stream, each commit lets one through.</summary>
    public const int MaxAttempts = 64;

    public static async Task<Outcome<T>> ExecuteAsync<T>(
        this PostgresEventStore store,
        Guid id,
        Func<Folded<T>?, StoredEvent, Folded<T>?> fold,
        Precondition precondition,
        Func<Folded<T>?, ValueTask<Verdict>> decide,
        EventMetadata metadata,
        CancellationToken cancellation)
        where T : class
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var loaded = await store.AggregateStreamAsync(id, fold, cancellationToken: cancellation);
            if (loaded is not null && !precondition.Allows(loaded.Version)) return new(null, Refusals.Stale(loaded.Version));
            var verdict = await decide(loaded);
            if (verdict.Refusal is not null || verdict.Events.Count == 0) return new(loaded, verdict.Refusal);
            var expected = ExpectedVersion.Exactly(loaded?.Version ?? 0);
            if (await store.AppendAsync(id, expected, verdict.Events, metadata, cancellation) is AppendResult.Appended appended)
            {
                return new(appended.Events.Aggregate(loaded, fold), null);
            }
        }

        return new(null, Refusals.Contended(MaxAttempts));
    }

    /// <summary>Why the events of a request came about: its trace, which command it was, by whom and from where.</summary>
    public static EventMetadata MetadataOf(HttpContext http) => new(
        Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier,
        $"{http.Request.Method} {(http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText?.TrimEnd('/')}",
        Actor.HeadersOf(http));
}
