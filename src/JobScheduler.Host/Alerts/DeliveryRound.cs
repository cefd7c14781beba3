using JobScheduler.Domain.Alerts;
using JobScheduler.EventStore;
using JobScheduler.Host.Configuration;
using JobScheduler.Projections.Alerts;

namespace JobScheduler.Host.Alerts;

/// <summary>
/// One round of deliveries to one webhook. While it takes everything it is sent ever more at once; from its first refusal on, one
/// message at a time, with growing waits in between: however many wait, one that is dead costs one probe. The probes go through the
/// messages in turn, so that a message that it always refuses does not stand before those that it would take.
/// </summary>
internal sealed class DeliveryRound(
    PostgresEventStore store,
    AlertOutbox outbox,
    AlertSinks sinks,
    WebhookSender sender,
    AlertMetrics metrics,
    AlertOptions options,
    TimeProvider time,
    ILogger<DeliveryRound> logger)
{
    private const int MostAtOnce = 16;
    private const int GivenUpAtOnce = 500;

    /// <summary>Between attempts to deliver one message.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    /// <summary>Between probes of a webhook that takes nothing: so late does it get what comes after it was mended.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Sends what may be sent, records how that went, and gives the webhook back.</summary>
    public async Task RunAsync(AlertSink sink, CancellationToken cancellation)
    {
        var messages = await outbox.DueOfAsync(sink.Id, time.GetUtcNow(), sink.AtOnce, cancellation);
        var answers = await Task.WhenAll(messages.Select(m => SendAsync(sink, m, cancellation)));
        var refused = answers.FirstOrDefault(a => a.Error is not null);
        if (answers.Length > 0 && answers.All(a => a.Error is not null))
        {
            var failing = sink with { Failures = sink.Failures + 1, FailingSince = sink.FailingSince ?? time.GetUtcNow(), AtOnce = 1 };
            var pause = DelayAfter(failing.Failures, LongestPause);
            await GiveUpWhoWaitTooLongAsync(failing, refused!, pause, cancellation);
            await SettleAsync(failing, time.GetUtcNow() + pause, refused!.Error, cancellation);
        }
        else if (answers.Length > 0)
        {
            var atOnce = refused is null ? Math.Min(sink.AtOnce * 2, MostAtOnce) : 1;
            await SettleAsync(sink with { Failures = 0, FailingSince = null, AtOnce = atOnce }, null, null, cancellation);
        }
        else
        {
            await SettleAsync(sink, null, null, cancellation);
        }
    }

    private async Task SettleAsync(AlertSink sink, DateTimeOffset? notBefore, string? error, CancellationToken cancellation)
    {
        var next = await outbox.NextOfAsync(sink.Id, cancellation);
        if (next is not null || !await sinks.ForgetAsync(sink, cancellation))
            await sinks.GiveBackAsync(sink, next ?? time.GetUtcNow(), notBefore, error, cancellation);
    }

    private async Task<WebhookAnswer> SendAsync(AlertSink sink, OutboxMessage message, CancellationToken cancellation)
    {
        var alert = await store.FetchStreamAsync(message.AlertId, cancellationToken: cancellation);
        var answer = await sender.SendAsync(sink.Webhook, message, WebhookPayload.Of(alert, message.Message).ToJson(), cancellation);
        metrics.Tried(answer);
        await RecordAsync(message, answer, cancellation);
        return answer;
    }

    private async Task RecordAsync(OutboxMessage message, WebhookAnswer answer, CancellationToken cancellation)
    {
        var attempt = message.Attempts + 1;
        if (answer.Error is null)
        {
            await AppendAsync(message, new AlertDelivered(message.Message, attempt, answer.StatusCode!.Value), cancellation);
            return;
        }

        var nextAttemptAt = time.GetUtcNow() + DelayAfter(attempt, LongestDelay);
        if (answer.IsGone || nextAttemptAt - message.CreatedAt > options.GiveUpAfter)
        {
            metrics.GivenUp(1);
            logger.LogError(
                "Alert {AlertId} could not be delivered to its webhook in {Attempts} attempts and is given up: {Error}",
                message.AlertId, attempt, answer.Error);
            await AppendAsync(message, new AlertDeliveryFailed(message.Message, attempt, answer.Error, answer.StatusCode), cancellation);
            return;
        }

        logger.LogWarning(
            "Alert {AlertId} was not taken by its webhook (attempt {Attempt}), next attempt not before {NextAttemptAt:O}: {Error}",
            message.AlertId, attempt, nextAttemptAt, answer.Error);
        await AppendAsync(
            message, new AlertDeliveryAttemptFailed(message.Message, attempt, answer.StatusCode, answer.Error, nextAttemptAt), cancellation);
    }

    /// <summary>
    /// The probe stood for all that wait: those whose time is over before the next one are given up with it, and all of them when the
    /// receiver has said that it is gone for good.
    /// </summary>
    private async Task GiveUpWhoWaitTooLongAsync(AlertSink sink, WebhookAnswer probe, TimeSpan pause, CancellationToken cancellation)
    {
        var before = probe.IsGone ? DateTimeOffset.MaxValue : time.GetUtcNow() + pause - options.GiveUpAfter;
        var error = FormattableString.Invariant($"The webhook has taken no message since {sink.FailingSince:yyyy-MM-dd'T'HH:mm:ss'Z'}: {probe.Error}");
        var count = 0;
        while (await outbox.WaitingSinceAsync(sink.Id, before, GivenUpAtOnce, cancellation) is { Count: > 0 } expired)
        {
            await Task.WhenAll(expired.Select(m => AppendAsync(
                m, new AlertDeliveryFailed(m.Message, m.Attempts, error, probe.StatusCode), cancellation)));
            count += expired.Count;
        }

        if (count == 0) return;
        metrics.GivenUp(count);
        logger.LogError("{Count} alerts for a webhook at {Authority} are given up: {Error}", count, sink.Authority, error);
    }

    private Task<AppendResult> AppendAsync(OutboxMessage message, AlertEvent @event, CancellationToken cancellation) =>
        store.AppendAsync(message.AlertId, ExpectedVersion.Any, [@event], EventMetadata.None, cancellation);

    /// <summary>Doubles from failure to failure.</summary>
    private TimeSpan DelayAfter(int failures, TimeSpan longest)
    {
        var ticks = options.FirstRetryDelay.Ticks * Math.Pow(2, failures - 1);
        return ticks < longest.Ticks ? TimeSpan.FromTicks((long)ticks) : longest;
    }
}
