using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Wire;

namespace JobScheduler.Host.Api.Events;

/// <summary>The log as server-sent events: what there is, then what comes.</summary>
internal sealed class LiveFeed(PostgresEventStore store, IReadOnlyCollection<string>? types, int pageSize)
{
    /// <summary>Something is sent at least this often, so that neither end mistakes silence for a broken connection.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Ends when the host stops or the client is gone.</summary>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync(
        long after, CancellationToken stopping, [EnumeratorCancellation] CancellationToken disconnected)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, disconnected);
        var position = after;
        yield return Silence; // the answer begins at once, also when there is no event
        var sentAt = TimeProvider.System.GetTimestamp();
        while (await PageAsync(position, ended.Token) is { } page)
        {
            foreach (var stored in page.Events) yield return Item(stored);
            position = page.Position;
            if (page.Events.Count > 0) sentAt = TimeProvider.System.GetTimestamp();
            if (page.Events.Count == pageSize) continue;

            var left = Heartbeat - TimeProvider.System.GetElapsedTime(sentAt);
            if (left <= TimeSpan.Zero)
            {
                yield return Silence;
                sentAt = TimeProvider.System.GetTimestamp();
                left = Heartbeat;
            }

            await WaitAsync(position, left, ended.Token);
        }
    }

    /// <summary>Without data, which browsers pass over, and without an id, so that resuming goes by the last event.</summary>
    private static SseItem<string> Silence => new("", "heartbeat");

    private static SseItem<string> Item(StoredEvent stored) =>
        new(JsonSerializer.Serialize(EventView.Of(stored), WireJson.Camel), stored.Type.Name)
        {
            EventId = stored.Sequence.ToString(CultureInfo.InvariantCulture),
        };

    /// <returns><c>null</c> when the stream is to end.</returns>
    private async Task<FeedPage?> PageAsync(long position, CancellationToken ended)
    {
        try
        {
            return ended.IsCancellationRequested ? null : await store.FeedAsync(position, types, pageSize, ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task WaitAsync(long position, TimeSpan longest, CancellationToken ended)
    {
        try
        {
            await store.Signal.WaitAsync(position, types, longest, ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The next page is the end.
        }
    }
}
