using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace JobScheduler.EventStore;

/// <summary>
/// The process's one writer: commits together what gathered while the last commit was under way. The longer a commit takes, the larger
/// the next batch, so that throughput follows the load without a delay of its own.
/// </summary>
internal sealed class AppendWriter : IAsyncDisposable
{
    private const int RacesInARow = 10;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(2);

    private readonly AppendConnection _connection;
    private readonly EventStoreOptions _options;
    private readonly Action<EventNotice> _committed;
    private readonly ILogger _logger;
    private readonly Channel<AppendRequest> _queue;
    private readonly CancellationTokenSource _aborted = new();
    private readonly Task _loop;

    public AppendWriter(AppendConnection connection, EventStoreOptions options, Action<EventNotice> committed, ILogger logger)
    {
        _connection = connection;
        _options = options;
        _committed = committed;
        _logger = logger;
        _queue = Channel.CreateBounded<AppendRequest>(new BoundedChannelOptions(_options.QueueCapacity) { SingleReader = true });
        _loop = Task.Run(RunAsync);
    }

    /// <exception cref="ObjectDisposedException">The store no longer accepts appends.</exception>
    public async Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await _queue.Writer.WriteAsync(request, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(PostgresEventStore));
        }

        await using var cancellation = cancellationToken.UnsafeRegister(
            static (state, token) => ((AppendRequest)state!).Cancel(token), request);
        return await request.Completion;
    }

    /// <summary>Accepts no more, writes what is queued for up to <see cref="EventStoreOptions.FlushFor"/>, fails the rest.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.Complete();
        _aborted.CancelAfter(_options.FlushFor);
        await _loop;
        await _connection.DisposeAsync();
        _aborted.Dispose();
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            var batch = Gather();
            if (batch.Count > 0) await CommitAsync(batch, inDoubt: false);
        }
    }

    private List<AppendRequest> Gather()
    {
        var batch = new List<AppendRequest>();
        var events = 0;
        while (batch.Count < _options.MaxBatchRequests && _queue.Reader.TryPeek(out var next))
        {
            if (batch.Count > 0 && events + next.Events.Length > _options.MaxBatchEvents) break;
            _queue.Reader.TryRead(out _);
            if (!next.TryTake()) continue;
            batch.Add(next);
            events += next.Events.Length;
        }

        return batch;
    }

    /// <summary>Brings every one of the requests to its end; does not throw.</summary>
    private async Task CommitAsync(List<AppendRequest> requests, bool inDoubt)
    {
        var races = 0;
        var backoff = FirstBackoff;
        while (requests.Count > 0)
        {
            try
            {
                await AttemptAsync(new AppendBatch(requests), inDoubt);
                return;
            }
            catch (OperationCanceledException exception) when (_aborted.IsCancellationRequested)
            {
                Fail(requests, inDoubt || _connection.CommitRequested, exception);
                return;
            }
#pragma warning disable CA1031 // Classified; whatever it is ends up at the request that it belongs to.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                var failure = AppendFailures.Classify(exception);
                inDoubt |= _connection.CommitRequested;
                if (failure == AppendFailure.Unavailable)
                {
                    _logger.LogWarning(exception, "Appending {Count} requests failed, trying again in {Backoff}", requests.Count, backoff);
                    requests = await StillInTimeAsync(requests, inDoubt, exception, backoff);
                    backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
                }
                else if (failure == AppendFailure.OfARequest || ++races > RacesInARow)
                {
                    await IsolateAsync(requests, inDoubt, exception);
                    return;
                }
            }
        }
    }

    private async Task AttemptAsync(AppendBatch batch, bool inDoubt)
    {
        var started = TimeProvider.System.GetTimestamp();
        await _connection.CommitAsync(batch, inDoubt, _aborted.Token);
        if (batch.Notice is { } notice)
        {
            _committed(notice);
            EventStoreMetrics.Committed(batch, TimeProvider.System.GetElapsedTime(started));
        }

        batch.Complete();
    }

    /// <summary>
    /// Halves the batch until the request at fault stands alone: the others cost a commit for each halving, not one each.
    /// </summary>
    private async Task IsolateAsync(List<AppendRequest> requests, bool inDoubt, Exception exception)
    {
        if (requests.Count == 1)
        {
            requests[0].Fail(exception);
            return;
        }

        var half = requests.Count / 2;
        await CommitAsync(requests[..half], inDoubt);
        await CommitAsync(requests[half..], inDoubt);
    }

    private async Task<List<AppendRequest>> StillInTimeAsync(
        List<AppendRequest> requests, bool inDoubt, Exception exception, TimeSpan backoff)
    {
        var late = requests.Where(request => request.Age + backoff > _options.AppendRetryFor).ToList();
        Fail(late, inDoubt, exception);
        await Task.Delay(backoff, _aborted.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return late.Count == 0 ? requests : [.. requests.Except(late)];
    }

    private static void Fail(List<AppendRequest> requests, bool outcomeUnknown, Exception exception)
    {
        foreach (var request in requests) request.Fail(new EventStoreUnavailableException(outcomeUnknown, exception));
    }
}
