using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Dashboard.Sharing;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Dashboard.Activity;

/// <summary>
/// What ran in the last hour, ten seconds at a time, kept for all readers. While somebody looks the newest stretches are read again, and
/// older ones ever more seldom, for an outcome may come late; the hour before the first look is read backwards, piece by piece.
/// </summary>
internal sealed class RecentActivity
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    /// <summary>So long outcomes are still on their way to the database when a stretch is over.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>A stretch is read again when it is so many times as old as it was when it was read.</summary>
    private const int AgesUntilReadAgain = 4;

    /// <summary>Stretches that are read in one go at first, for a busy minute has a hundred thousand executions;</summary>
    private const int AtOnce = 6;

    /// <summary>twice as many as before where there were fewer executions than this.</summary>
    private const int Few = 5_000;

    /// <summary>What is left to read after so long is left to the next time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(60);

    private readonly ActivityQueries _queries;
    private readonly JobQueries _jobs;
    private readonly TimeProvider _time;
    private readonly Fresh<ActivityHour> _hour;
    private readonly Dictionary<DateTimeOffset, Read> _stretches = [];

    public RecentActivity(ActivityQueries queries, JobQueries jobs, TimeProvider time, ILogger<RecentActivity> logger, IHostApplicationLifetime lifetime)
    {
        (_queries, _jobs, _time) = (queries, jobs, time);
        _hour = new(ReadAsync, Shortest, time, logger, lifetime.ApplicationStopping);
    }

    /// <summary>The last hour, as far as it is known; <c>null</c>: nothing is known yet. Waits so long for it when nobody has looked lately.</summary>
    public Task<ActivityHour?> HourAsync(TimeSpan patience, CancellationToken cancellation) => _hour.WithinAsync(patience, cancellation);

    /// <summary>One at a time.</summary>
    private async Task<ActivityHour> ReadAsync(CancellationToken cancellation)
    {
        var (now, clock) = (_time.GetUtcNow(), _time.GetTimestamp());
        var current = ActivityHour.StartOf(now);
        var hour = Enumerable.Range(0, ActivityHour.Count).Select(n => current - ((ActivityHour.Count - 1 - n) * ActivityHour.Stretch)).ToList();
        foreach (var past in _stretches.Keys.Where(s => s < hour[0] || s > current).ToList()) _stretches.Remove(past);

        var left = hour.Where(start => IsToBeRead(start, now)).Reverse().ToList();
        for (var atOnce = AtOnce; left.Count > 0 && _time.GetElapsedTime(clock) < Patience;)
        {
            var starts = left[..Math.Min(atOnce, left.Count)];
            left.RemoveRange(0, starts.Count);
            var read = await _queries.CountAsync(starts, ActivityHour.Stretch, cancellation);
            foreach (var (start, outcomes) in starts.Zip(read)) _stretches[start] = new(outcomes, now);
            if (read.Sum(outcomes => outcomes.All) < Few) atOnce *= 2;
        }

        var stretches = hour.Select(start => _stretches.GetValueOrDefault(start)?.Outcomes).ToList();
        var total = Outcomes.Of([.. stretches.OfType<Outcomes>()]);
        return new(hour[0], stretches, total, await NamedAsync(total.Slowest, cancellation));
    }

    /// <summary>Without jobs that are deleted.</summary>
    private async Task<IReadOnlyList<SlowJob>> NamedAsync(IReadOnlyList<SlowCall> calls, CancellationToken cancellation)
    {
        if (calls.Count == 0) return [];
        var jobs = (await _jobs.FindAllAsync([.. calls.Select(c => c.JobId)], cancellation)).ToDictionary(j => j.Id);
        return
        [
            .. from call in calls
               let job = jobs.GetValueOrDefault(call.JobId)
               where job is { State: not JobState.Deleted }
               select new SlowJob(job.Id, job.Definition.Name ?? job.Definition.Target.Api, call.ExecutionId, call.DurationMs),
        ];
    }

    private bool IsToBeRead(DateTimeOffset start, DateTimeOffset now) =>
        !_stretches.TryGetValue(start, out var read)
        || read.At < start + ActivityHour.Stretch + Settling
        || now - start >= AgesUntilReadAgain * (read.At - start);

    private sealed record Read(Outcomes Outcomes, DateTimeOffset At);
}
