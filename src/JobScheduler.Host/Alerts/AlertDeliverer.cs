using JobScheduler.Domain.Alerts;
using JobScheduler.EventStore;
using JobScheduler.Host.Configuration;
using JobScheduler.Projections.Alerts;

namespace JobScheduler.Host.Alerts;

/// <summary>
/// Works off the outbox: delivers each message at least once, tries again with growing waits, and records in the end that it was
/// delivered or given up. Several nodes may do so side by side: a message is leased to one at a time.
/// </summary>
internal sealed class AlertDeliverer(
    PostgresEventStore store, AlertOutbox outbox, WebhookSender sender, AlertOptions options, TimeProvider time, ILogger<AlertDeliverer> logger)
    : BackgroundService
{
    private const int AtOnce = 64;
    private const int AtOnceToOneHost = 8;
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromHours(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long a message waits whose host takes as many already.</summary>
    private static readonly TimeSpan WaitForPlace = TimeSpan.FromSeconds(1);

    private static readonly string[] Announced = ["alert_raised", "alert_resolved"];

    private readonly List<(string Host, Task Task)> _underWay = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                _underWay.RemoveAll(delivery => delivery.Task.IsCompleted);
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

        await Task.WhenAll(_underWay.Select(delivery => delivery.Task));
    }

    /// <summary>Starts what is due, as far as there are places, in all and to each host: a dead one holds up no other.</summary>
    /// <returns>How many were due.</returns>
    private async Task<int> StartDueAsync(CancellationToken cancellation)
    {
        if (_underWay.Count == AtOnce) return 0;
        var now = time.GetUtcNow();
        var due = await outbox.TakeDueAsync(now, leaseUntil: now + (2 * options.Timeout), AtOnce - _underWay.Count, cancellation);
        foreach (var message in due)
        {
            var host = new Uri(message.Webhook).Authority;
            if (_underWay.Count(delivery => delivery.Host == host) < AtOnceToOneHost) _underWay.Add((host, DeliverAsync(message, cancellation)));
            else await outbox.PutBackAsync(message, now + WaitForPlace, cancellation);
        }

        return due.Count;
    }

    /// <summary>Until something is due or announced, or a place has become free.</summary>
    private async Task WaitAsync(long seen, CancellationToken cancellation)
    {
        var untilNext = await outbox.NextDueAsync(cancellation) - time.GetUtcNow() ?? PollInterval;
        var longest = untilNext < PollInterval ? untilNext : PollInterval;
        if (longest < TimeSpan.FromMilliseconds(1)) longest = TimeSpan.FromMilliseconds(1);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var announced = store.Signal.WaitAsync(seen, Announced, longest, waiting.Token);
        await Task.WhenAny([announced, .. _underWay.Select(delivery => delivery.Task)]);
        await waiting.CancelAsync();
        await announced.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task DeliverAsync(OutboxMessage message, CancellationToken cancellation)
    {
        try
        {
            await RecordAsync(message, await sender.SendAsync(message, cancellation), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // It is due again when its lease has passed.
        }
#pragma warning disable CA1031 // Likewise, whatever went wrong; the other messages go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogError(e, "The delivery of alert {AlertId} could not be recorded and will be made again", message.AlertId);
        }
    }

    private async Task RecordAsync(OutboxMessage message, WebhookAnswer answer, CancellationToken cancellation)
    {
        var attempts = message.Attempts + 1;
        if (answer.Error is null)
        {
            await AppendAsync(message, new AlertDelivered(message.Message, attempts, answer.StatusCode!.Value), cancellation);
            return;
        }

        var nextAttemptAt = time.GetUtcNow() + DelayAfter(attempts);
        if (answer.IsGone || nextAttemptAt - message.CreatedAt > options.GiveUpAfter)
        {
            logger.LogError(
                "Alert {AlertId} could not be delivered to its webhook in {Attempts} attempts and is given up: {Error}",
                message.AlertId, attempts, answer.Error);
            await AppendAsync(message, new AlertDeliveryFailed(message.Message, attempts, answer.Error), cancellation);
            return;
        }

        logger.LogWarning(
            "Alert {AlertId} was not taken by its webhook (attempt {Attempt}), next attempt at {NextAttemptAt:O}: {Error}",
            message.AlertId, attempts, nextAttemptAt, answer.Error);
        await outbox.PostponeAsync(message, nextAttemptAt, answer.Error, cancellation);
    }

    private Task<AppendResult> AppendAsync(OutboxMessage message, AlertEvent @event, CancellationToken cancellation) =>
        store.AppendAsync(message.AlertId, ExpectedVersion.Any, [@event], EventMetadata.None, cancellation);

    /// <summary>Doubles from attempt to attempt, up to an hour.</summary>
    private TimeSpan DelayAfter(int attempts)
    {
        var ticks = options.FirstRetryDelay.Ticks * Math.Pow(2, attempts - 1);
        return ticks < LongestRetryDelay.Ticks ? TimeSpan.FromTicks((long)ticks) : LongestRetryDelay;
    }
}
