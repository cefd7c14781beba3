using System.Text.Json.Serialization;
using JobScheduler.EventStore;

namespace JobScheduler.IntegrationTests.EventStore;

internal sealed record AccountOpened(string Owner);

internal sealed record AmountAdded(int Amount);

internal sealed record ParcelSent(string To);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AccountOpened))]
[JsonSerializable(typeof(AmountAdded))]
[JsonSerializable(typeof(ParcelSent))]
internal sealed partial class TestEventsJson : JsonSerializerContext;

internal static class TestEvents
{
    public static EventTypes Types { get; } = new(
    [
        new(typeof(AccountOpened), "account_opened", "account", TestEventsJson.Default.AccountOpened),
        new(typeof(AmountAdded), "amount_added", "account", TestEventsJson.Default.AmountAdded),
        new(typeof(ParcelSent), "parcel_sent", "parcel", TestEventsJson.Default.ParcelSent),
    ]);
}
