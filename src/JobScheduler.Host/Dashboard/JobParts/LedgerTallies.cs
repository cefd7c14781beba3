using System.Collections.Concurrent;
using JobScheduler.Domain.Jobs;
using JobScheduler.Projections.Ledgers;
using Microsoft.Extensions.Caching.Memory;

namespace JobScheduler.Host.Dashboard.JobParts;

/// <summary>A stretch of time of a calendar: an hour, a day.</summary>
/// <param name="From">Included; whole milliseconds.</param>
/// <param name="End">Excluded.</param>
internal readonly record struct Stretch(DateTimeOffset From, DateTimeOffset End);

/// <summary>
/// How the occurrences of a job ended in each stretch of a calendar. A day of a job that is due each second is 86,400 executions, so
/// stretches are counted one at a time, are kept once they are settled, and a page shows what is there by then: the rest comes when it is
/// fetched again.
/// </summary>
internal sealed class LedgerTallies(JobTallies tallies, IHostApplicationLifetime lifetime, TimeProvider time) : IDisposable
{
    private const int Kept = 50_000;

    /// <summary>What is due now may be recorded a moment later.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>What may still change is counted again after this time.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private readonly MemoryCache _counted = new(new MemoryCacheOptions { SizeLimit = Kept });
    private readonly ConcurrentDictionary<(Guid, Stretch), Task> _underWay = new();
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="changes">The job's events, oldest first, each with the instant it was appended.</param>
    /// <param name="patience">How long counting is waited for.</param>
    /// <returns>Those that are counted; what lies ahead never is.</returns>
    public async Task<IReadOnlyDictionary<Stretch, LedgerTally>> ReadAsync(
        Guid jobId, IReadOnlyList<(JobEvent Event, DateTimeOffset At)> changes, IReadOnlyCollection<Stretch> stretches, TimeSpan patience)
    {
        var until = Whole(time.GetUtcNow() - Settling);
        var past = stretches.Where(s => s.From < until).ToList();
        var counting = past.Where(s => !_counted.TryGetValue((jobId, s), out _)).OrderByDescending(s => s.From).Select(s => CountingAsync(jobId, changes, s, until)).ToList();
        if (counting.Count > 0)
        {
            var all = Task.WhenAll(counting);
            if (await Task.WhenAny(all, Task.Delay(patience, time)) == all) await all;
        }

        var read = new Dictionary<Stretch, LedgerTally>();
        foreach (var stretch in past)
        {
            if (_counted.TryGetValue((jobId, stretch), out LedgerTally? tally)) read[stretch] = tally!;
        }

        return read;
    }

    public void Dispose()
    {
        _counted.Dispose();
        _turn.Dispose();
    }

    private Task CountingAsync(Guid jobId, IReadOnlyList<(JobEvent Event, DateTimeOffset At)> changes, Stretch stretch, DateTimeOffset until) =>
        _underWay.GetOrAdd((jobId, stretch), _ => CountAsync(jobId, changes, stretch, until));

    private async Task CountAsync(Guid jobId, IReadOnlyList<(JobEvent Event, DateTimeOffset At)> changes, Stretch stretch, DateTimeOffset until)
    {
        // Off the caller's path: what is under way is known before it begins.
        await Task.Yield();
        try
        {
            await _turn.WaitAsync(lifetime.ApplicationStopping);
            try
            {
                var (from, to) = (stretch.From.AddMilliseconds(-1), stretch.End < until ? stretch.End.AddMilliseconds(-1) : until);
                if (await tallies.ReadAsync(jobId, changes, from, to, lifetime.ApplicationStopping) is not { } tally) return;
                var isSettled = stretch.End < until && tally is { Open: 0, Unaccounted: 0 };
                _counted.Set((jobId, stretch), tally, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = isSettled ? TimeSpan.FromDays(1) : Fresh });
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            _underWay.TryRemove((jobId, stretch), out _);
        }
    }

    private static DateTimeOffset Whole(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
}
