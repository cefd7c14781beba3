using JobScheduler.Domain.Alerts;
using JobScheduler.EventStore;
using JobScheduler.Projections.Alerts;

namespace JobScheduler.Host.Api.Alerts;

/// <summary>A message on its way to a webhook, or how that ended.</summary>
/// <param name="Time">When it was to be told, or its redelivery was asked for.</param>
/// <param name="NextAttemptAt">Not before; null when it has ended.</param>
/// <param name="WebhookFailingSince">Since when the webhook takes nothing from anybody; null when it does, or the delivery has ended.</param>
/// <param name="Error">Why it was given up; null unless it was.</param>
internal sealed record DeliveryView(
    AlertMessage Message,
    AlertDelivery State,
    string Webhook,
    DateTimeOffset Time,
    IReadOnlyList<DeliveryAttemptView> Attempts,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? WebhookFailingSince,
    DateTimeOffset? EndedAt,
    string? Error)
{
    /// <param name="alert">Its stream.</param>
    public static IReadOnlyList<DeliveryView> Of(IReadOnlyList<StoredEvent> alert, IReadOnlyList<WaitingMessage> waiting)
    {
        var deliveries = new List<DeliveryView>();
        foreach (var stored in alert)
        {
            switch (stored.Data)
            {
                case AlertRaised { Webhook: { } webhook } e: Begin(Alert.OpeningOf(e), webhook, stored); break;
                case AlertResolved { Webhook: { } webhook }: Begin(AlertMessage.JobRecovered, webhook, stored); break;
                case AlertRedeliveryRequested e: Begin(e.Message, e.Webhook, stored); break;
                case AlertDeliveryAttemptFailed e: Change(e.Message, d => d.Tried(new(e.Attempt, stored.Timestamp, e.StatusCode, e.Error))); break;
                case AlertDelivered e:
                    Change(e.Message, d => d.Tried(new(e.Attempts, stored.Timestamp, e.StatusCode, null)).Ended(AlertDelivery.Delivered, stored, null));
                    break;
                case AlertDeliveryFailed e:
                    // Without an attempt of its own when its webhook had taken nothing from anybody for too long.
                    Change(e.Message, d => (e.Attempts > d.Attempts.Count ? d.Tried(new(e.Attempts, stored.Timestamp, e.StatusCode, e.Error)) : d)
                        .Ended(AlertDelivery.Failed, stored, e.Error));
                    break;
            }
        }

        foreach (var message in waiting)
        {
            Change(message.Message, d => d.State != AlertDelivery.Pending ? d : d with
            {
                NextAttemptAt = message.NextAttemptAt,
                WebhookFailingSince = message.SinkFailingSince,
            });
        }

        return deliveries;

        void Begin(AlertMessage message, string webhook, StoredEvent stored) =>
            deliveries.Add(new(message, AlertDelivery.Pending, webhook, stored.Timestamp, [], null, null, null, null));

        void Change(AlertMessage message, Func<DeliveryView, DeliveryView> change)
        {
            var latest = deliveries.FindLastIndex(d => d.Message == message);
            if (latest >= 0) deliveries[latest] = change(deliveries[latest]);
        }
    }

    private DeliveryView Tried(DeliveryAttemptView attempt) => this with { Attempts = [.. Attempts, attempt] };

    private DeliveryView Ended(AlertDelivery state, StoredEvent stored, string? error) =>
        this with { State = state, EndedAt = stored.Timestamp, Error = error };
}

/// <param name="Time">When it had ended.</param>
/// <param name="StatusCode">null when no answer came.</param>
/// <param name="Error">null when the message was taken.</param>
internal sealed record DeliveryAttemptView(int Attempt, DateTimeOffset Time, int? StatusCode, string? Error);
