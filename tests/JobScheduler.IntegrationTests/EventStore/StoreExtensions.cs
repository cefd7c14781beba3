using JobScheduler.EventStore;

namespace JobScheduler.IntegrationTests.EventStore;

internal static class StoreExtensions
{
    /// <summary>Appends where a conflict would be the test's own mistake.</summary>
    public static async Task<IReadOnlyList<StoredEvent>> AppendedAsync(
        this PostgresEventStore store, Guid id, ExpectedVersion expected, EventMetadata metadata, params object[] events) =>
        (await store.AppendAsync(id, expected, events, metadata)).ShouldBeOfType<AppendResult.Appended>().Events;

    /// <summary>New streams of one event each.</summary>
    public static async Task AppendManyAsync(this PostgresEventStore store, IEnumerable<object> events) =>
        (await Task.WhenAll(events.Select(data => store.AppendAsync(Guid.NewGuid(), ExpectedVersion.NoStream, [data], EventMetadata.None))))
            .ShouldAllBe(result => result is AppendResult.Appended);
}

internal sealed class FixedTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
