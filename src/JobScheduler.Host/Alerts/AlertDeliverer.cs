using JobScheduler.EventStore;
using JobScheduler.Host.Configuration;
using JobScheduler.Projections.Alerts;

namespace JobScheduler.Host.Alerts;

/// <summary>
/// Works off the outbox, webhook by webhook, until each message was taken or given up. Several nodes may do so side by side: a webhook
/// is leased to one of them at a time.
/// </summary>
internal sealed class AlertDeliverer(
    PostgresEventStore store, AlertSinks sinks, DeliveryRound round, AlertOptions options, TimeProvider time, ILogger<AlertDeliverer> logger)
    : BackgroundService
{
    private const int AtOnce = 128;

    /// <summary>Webhooks of one host and port: one that hangs has to leave places to the others, however many webhooks it has.</summary>
    private const int AtOnceToOneHost = 8;

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private static readonly string[] Announced = ["alert_raised", "alert_resolved", "alert_redelivery_requested"];

    private readonly List<(string Authority, Task Task)> _underWay = [];

    /// <summary>Webhooks that were taken and wait for a place at their host.</summary>
    private readonly Dictionary<string, Queue<AlertSink>> _waiting = [];

    /// <summary>A round is over long before: it sends once, all at the same time.</summary>
    private TimeSpan Lease => (2 * options.Timeout) + TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                _underWay.RemoveAll(r => r.Task.IsCompleted);
                var seen = await store.HighWaterMarkAsync(stoppingToken);
                if (await StartDueAsync(stoppingToken) == 0) await WaitAsync(seen, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // The outbox is worked off as long as the host lives.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.LogWarning("The alert outbox could not be worked off, trying again: {Reason}", e.Message);
                await Task.Delay(PollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(_underWay.Select(r => r.Task));
    }

    /// <summary>Starts a round with each webhook that is due, as far as there are places, in all and to each host.</summary>
    /// <returns>How many were due.</returns>
    private async Task<int> StartDueAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        StartWaiting(now, cancellation);
        if (_underWay.Count >= AtOnce) return 0;
        var due = await sinks.TakeDueAsync(now, now + Lease, BusyAuthorities(), AtOnce - _underWay.Count, cancellation);
        foreach (var sink in due)
        {
            if (!_waiting.TryGetValue(sink.Authority, out var waiting)) _waiting[sink.Authority] = waiting = [];
            waiting.Enqueue(sink);
        }

        StartWaiting(now, cancellation);
        return due.Count;
    }

    private void StartWaiting(DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var (authority, waiting) in _waiting)
        {
            var places = AtOnceToOneHost - _underWay.Count(r => r.Authority == authority);
            while (waiting.Count > 0 && places > 0 && _underWay.Count < AtOnce)
            {
                var sink = waiting.Dequeue();
                // One that has waited too long is left to be taken anew when its lease has passed.
                if (now + (Lease / 2) > sink.LeasedUntil) continue;
                _underWay.Add((authority, RunAsync(sink, cancellation)));
                places--;
            }

            if (waiting.Count == 0) _waiting.Remove(authority);
        }
    }

    /// <summary>Until a webhook is due or a message announced, or a place has become free.</summary>
    private async Task WaitAsync(long seen, CancellationToken cancellation)
    {
        var hasPlaces = _underWay.Count < AtOnce;
        var untilNext = (hasPlaces ? await sinks.NextDueAsync(BusyAuthorities(), cancellation) - time.GetUtcNow() : null) ?? PollInterval;
        var longest = untilNext < PollInterval ? untilNext : PollInterval;
        if (longest < TimeSpan.FromMilliseconds(1)) longest = TimeSpan.FromMilliseconds(1);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var announced = store.Signal.WaitAsync(seen, Announced, longest, waiting.Token);
        await Task.WhenAny([announced, .. _underWay.Select(r => r.Task)]);
        await waiting.CancelAsync();
        await announced.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Hosts without a free place, or for whose places others wait already.</summary>
    private string[] BusyAuthorities() =>
    [
        .. _underWay.GroupBy(r => r.Authority).Where(rounds => rounds.Count() >= AtOnceToOneHost).Select(rounds => rounds.Key).Union(_waiting.Keys),
    ];

    private async Task RunAsync(AlertSink sink, CancellationToken cancellation)
    {
        try
        {
            await round.RunAsync(sink, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // It is due again when its lease has passed.
        }
#pragma warning disable CA1031 // Likewise, whatever went wrong; the other webhooks go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogError(e, "Deliveries to a webhook at {Authority} could not be recorded and will be made again", sink.Authority);
        }
    }
}
