using JobScheduler.Domain.Alerts;
using JobScheduler.EventStore;
using JobScheduler.Host.Configuration;
using JobScheduler.Projections.Alerts;
using Npgsql;

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
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromHours(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);
    private static readonly string[] Announced = ["alert_raised", "alert_resolved"];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var seen = await store.HighWaterMarkAsync(stoppingToken);
                if (await DeliverDueAsync(stoppingToken) < AtOnce) await WaitAsync(seen, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or EventStoreUnavailableException)
            {
                logger.LogWarning("The alert outbox could not be worked off, trying again: {Reason}", e.Message);
                await Task.Delay(PollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<int> DeliverDueAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var due = await outbox.TakeDueAsync(now, leaseUntil: now + (2 * options.Timeout), AtOnce, cancellation);
        await Task.WhenAll(due.Select(message => DeliverAsync(message, cancellation)));
        return due.Count;
    }

    private async Task WaitAsync(long seen, CancellationToken cancellation)
    {
        var untilNext = await outbox.NextDueAsync(cancellation) - time.GetUtcNow() ?? PollInterval;
        if (untilNext <= TimeSpan.Zero) return;
        await store.Signal.WaitAsync(seen, Announced, untilNext < PollInterval ? untilNext : PollInterval, cancellation);
    }

    private async Task DeliverAsync(OutboxMessage message, CancellationToken cancellation)
    {
        var answer = await sender.SendAsync(message, cancellation);
        var attempts = message.Attempts + 1;
        if (answer.Error is null)
        {
            await RecordAsync(message, new AlertDelivered(message.Message, attempts, answer.StatusCode!.Value), cancellation);
            return;
        }

        var nextAttemptAt = time.GetUtcNow() + DelayAfter(attempts);
        if (answer.IsGone || nextAttemptAt - message.CreatedAt > options.GiveUpAfter)
        {
            logger.LogError(
                "Alert {AlertId} could not be delivered to its webhook in {Attempts} attempts and is given up: {Error}",
                message.AlertId, attempts, answer.Error);
            await RecordAsync(message, new AlertDeliveryFailed(message.Message, attempts, answer.Error), cancellation);
            return;
        }

        logger.LogWarning(
            "Alert {AlertId} was not taken by its webhook (attempt {Attempt}), next attempt at {NextAttemptAt:O}: {Error}",
            message.AlertId, attempts, nextAttemptAt, answer.Error);
        await outbox.PostponeAsync(message, nextAttemptAt, answer.Error, cancellation);
    }

    private Task<AppendResult> RecordAsync(OutboxMessage message, AlertEvent @event, CancellationToken cancellation) =>
        store.AppendAsync(message.AlertId, ExpectedVersion.Any, [@event], EventMetadata.None, cancellation);

    /// <summary>Doubles from attempt to attempt, up to an hour.</summary>
    private TimeSpan DelayAfter(int attempts)
    {
        var ticks = options.FirstRetryDelay.Ticks * Math.Pow(2, attempts - 1);
        return ticks < LongestRetryDelay.Ticks ? TimeSpan.FromTicks((long)ticks) : LongestRetryDelay;
    }
}
