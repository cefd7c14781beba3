using JobScheduler.EventStore;

namespace JobScheduler.IntegrationTests.EventStore;

public sealed class WriterShutdownTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Fact]
    public async Task Dispose_commits_what_is_queued_and_refuses_what_comes_after()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        var queued = Enumerable.Range(0, 50)
            .Select(n => store.AppendAsync(Guid.NewGuid(), ExpectedVersion.NoStream, [new AmountAdded(n)], EventMetadata.None)).ToList();

        await store.DisposeAsync();

        (await Task.WhenAll(queued)).ShouldAllBe(result => result is AppendResult.Appended);
        await Should.ThrowAsync<ObjectDisposedException>(
            () => store.AppendAsync(Guid.NewGuid(), ExpectedVersion.Any, [new AmountAdded(1)], EventMetadata.None));
    }

    [Fact]
    public async Task Dispose_fails_what_cannot_be_committed_in_time()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore(new() { FlushFor = TimeSpan.FromMilliseconds(100) });
        await using var held = await log.HoldAppendLockAsync();
        var stuck = store.AppendAsync(Guid.NewGuid(), ExpectedVersion.Any, [new AmountAdded(1)], EventMetadata.None);
        await log.UntilWaitingForLockAsync();
        var queued = store.AppendAsync(Guid.NewGuid(), ExpectedVersion.Any, [new AmountAdded(2)], EventMetadata.None);

        await store.DisposeAsync().AsTask().WaitAsync(TestLog.Patience);

        (await Should.ThrowAsync<EventStoreUnavailableException>(stuck)).OutcomeUnknown.ShouldBeFalse();
        (await Should.ThrowAsync<EventStoreUnavailableException>(queued)).OutcomeUnknown.ShouldBeFalse();
    }
}
