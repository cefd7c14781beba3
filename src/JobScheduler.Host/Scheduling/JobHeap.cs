using JobScheduler.Domain.Jobs;

namespace JobScheduler.Host.Scheduling;

/// <summary>
/// The jobs, the active ones ordered by their next instant: a projection of the log in memory. An entry that a newer one has
/// replaced is stale, and dropped when it surfaces.
/// </summary>
internal sealed class JobHeap
{
    private const int MostStale = 1024;

    private readonly Dictionary<Guid, ScheduledJob> _jobs = [];
    private readonly PriorityQueue<(ScheduledJob Job, int Entry), DateTimeOffset> _queue = new();

    public ScheduledJob? Find(Guid jobId) => _jobs.GetValueOrDefault(jobId);

    /// <summary>Puts the job, if it is active, at its first instant after <see cref="ScheduledJob.ClaimedThrough"/>, and nowhere else.</summary>
    public void Put(ScheduledJob job) => Put(job, NextOf(job));

    /// <summary>Likewise, when <see cref="NextOf"/> has been asked before.</summary>
    public void Put(ScheduledJob job, DateTimeOffset? next)
    {
        _jobs[job.Id] = job;
        job.HeapEntry++;
        if (_queue.Count > MostStale + (2 * _jobs.Count)) Compact();
        if (next is { } instant) _queue.Enqueue((job, job.HeapEntry), instant);
    }

    /// <summary>Where a job belongs; <c>null</c>: nowhere. May be asked on any thread, of a job that no other has yet.</summary>
    public static DateTimeOffset? NextOf(ScheduledJob job) => job.State == JobState.Active ? job.Timetable.NextAfter(job.ClaimedThrough) : null;

    public void Remove(ScheduledJob job)
    {
        _jobs.Remove(job.Id);
        job.HeapEntry++;
    }

    /// <summary>The earliest instant; <c>null</c> when no job is due ever again.</summary>
    public DateTimeOffset? NextInstant
    {
        get
        {
            DropStale();
            return _queue.TryPeek(out _, out var instant) ? instant : null;
        }
    }

    /// <summary>Takes out the job with the earliest instant if that is not later than <paramref name="upTo"/>; it is to be put back.</summary>
    public ScheduledJob? TakeDue(DateTimeOffset upTo)
    {
        DropStale();
        return _queue.TryPeek(out var top, out var instant) && instant <= upTo ? _queue.Dequeue().Job : null;
    }

    /// <summary>Stale entries of the far future would keep their jobs in memory.</summary>
    private void Compact()
    {
        var live = _queue.UnorderedItems.Where(item => item.Element.Entry == item.Element.Job.HeapEntry).ToList();
        _queue.Clear();
        _queue.EnqueueRange(live);
    }

    private void DropStale()
    {
        while (_queue.TryPeek(out var top, out _) && top.Entry != top.Job.HeapEntry) _queue.Dequeue();
    }
}
