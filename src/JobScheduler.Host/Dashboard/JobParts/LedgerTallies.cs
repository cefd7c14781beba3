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
    private const int Cost = 60;

    /// <summary>Stretches that wait to be counted; of more, a page asks again when it is fetched again.</summary>
    private const int MostWaiting = 200;

    /// <summary>What is due now may be recorded a moment later.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>What may still change is counted again after this time, or <see cref="Cost"/> times what counting took: an open page costs below two per cent of a core.</summary>
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
        var counting = past.Where(s => !(_counted.TryGetValue((jobId, s), out Counted? counted) && counted!.FreshUntil > time.GetUtcNow()))
            .OrderByDescending(s => s.From).Select(s => CountingAsync(jobId, changes, s, until)).ToList();
        if (counting.Count > 0)
        {
            var all = Task.WhenAll(counting);
            if (await Task.WhenAny(all, Task.Delay(patience, time)) == all) await all;
        }

        var read = new Dictionary<Stretch, LedgerTally>();
        foreach (var stretch in past)
        {
            if (_counted.TryGetValue((jobId, stretch), out Counted? counted)) read[stretch] = counted!.Tally;
        }

        return read;
    }

    public void Dispose()
    {
        _counted.Dispose();
        _turn.Dispose();
    }

    private Task CountingAsync(Guid jobId, IReadOnlyList<(JobEvent Event, DateTimeOffset At)> changes, Stretch stretch, DateTimeOffset until)
    {
        if (_underWay.Count >= MostWaiting && !_underWay.ContainsKey((jobId, stretch))) return Task.CompletedTask;
        var counting = _underWay.GetOrAdd((jobId, stretch), _ => CountAsync(jobId, changes, stretch, until));
        // It may have ended before it was added.
        if (counting.IsCompleted) _underWay.TryRemove(new((jobId, stretch), counting));
        return counting;
    }

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
                var started = time.GetTimestamp();
                if (await tallies.ReadAsync(jobId, changes, from, to, lifetime.ApplicationStopping) is not { } tally) return;
                var isSettled = stretch.End < until && tally is { Open: 0, Unaccounted: 0 };
                var pause = time.GetElapsedTime(started) * Cost;
                var freshUntil = isSettled ? DateTimeOffset.MaxValue : time.GetUtcNow() + (pause > Fresh ? pause : Fresh);
                _counted.Set((jobId, stretch), new Counted(tally, freshUntil), new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromHours(1) });
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

    private sealed record Counted(LedgerTally Tally, DateTimeOffset FreshUntil);

    private static DateTimeOffset Whole(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
}
