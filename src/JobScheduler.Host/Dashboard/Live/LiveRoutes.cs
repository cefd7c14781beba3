using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace JobScheduler.Host.Dashboard.Live;

/// <summary>
/// <c>/ui/live</c>, server-sent events: the position of the log whenever it has grown. An open page fetches what it shows anew then; that
/// none comes for longer than <see cref="Longest"/> tells it that it has lost the host.
/// </summary>
internal static class LiveRoutes
{
    /// <summary>Beats come at most this often,</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>and at least this often, also when nothing happens.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public static void MapLive(this IEndpointRouteBuilder routes) => routes.MapGet("/ui/live", Handle).ExcludeFromDescription();

    private static ServerSentEventsResult<string> Handle(
        PostgresEventStore store, IHostApplicationLifetime lifetime, TimeProvider time, CancellationToken disconnected) =>
        TypedResults.ServerSentEvents(BeatsAsync(store, time, lifetime.ApplicationStopping, disconnected));

    private static async IAsyncEnumerable<SseItem<string>> BeatsAsync(
        PostgresEventStore store, TimeProvider time, CancellationToken stopping, [EnumeratorCancellation] CancellationToken disconnected)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, disconnected);
        long? position = null;
        while (await NextAsync(store, position, time, ended.Token) is { } next)
        {
            position = next;
            yield return new(next.ToString(CultureInfo.InvariantCulture), "beat");
        }
    }

    /// <returns>The position of the log; <c>null</c> when the stream is to end.</returns>
    private static async Task<long?> NextAsync(PostgresEventStore store, long? position, TimeProvider time, CancellationToken ended)
    {
        try
        {
            if (position is { } known)
            {
                await Task.Delay(Shortest, time, ended);
                await store.Signal.WaitAsync(known, types: null, Longest - Shortest, ended);
            }

            return await store.HighWaterMarkAsync(ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return null;
        }
        catch (NpgsqlException e) when (Refusals.IsConnectionFailure(e))
        {
            // That the stream ends makes the browser look for itself what is the matter, and come again.
            return null;
        }
    }
}
