using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.Checker;

/// <summary>Accounts for each instant at which a job was due, and for each of its executions.</summary>
internal sealed class JobAccount(CaseFile file, Tally tally, Guid jobId, JobTimeline job)
{
    private readonly Bounds _bounds = file.Bounds;
    private readonly DateTimeOffset _until = file.Evidence.Until;

    public void Check()
    {
        var claims = file.StoriesOf(jobId).Where(s => !s.IsManual).ToLookup(s => s.ScheduledFor);
        var missed = file.MissedOf(jobId).OrderBy(m => m.Event.From).ToList();
        var expected = new SortedSet<DateTimeOffset>(
            job.Spans.Where(s => s.IsActive).SelectMany(s => file.Due.Between(s.Schedule, s.After, s.UpTo)));

        foreach (var instant in expected) Account(instant, [.. claims[instant]], missed);
        foreach (var range in missed) CheckRange(range, expected);
        foreach (var story in claims.SelectMany(s => s)) if (story.ScheduledFor <= _until && !expected.Contains(story.ScheduledFor)) CheckUnexpected(story);
        foreach (var story in file.StoriesOf(jobId).Where(s => s.IsManual && s.ScheduledFor <= _until)) Tell(story);
    }

    private void Account(DateTimeOffset instant, List<ExecutionStory> claims, List<MissedRange> missed)
    {
        var ranges = missed.Where(m => m.Event.From <= instant && instant <= m.Event.To).ToList();
        if (claims.Count + ranges.Count > 1)
        {
            var records = claims.Select(c => $"execution {c.Id}").Concat(ranges.Select(r => $"missed from {r.Event.From:O} to {r.Event.To:O}"));
            tally.Object(Broken.RecordedTwice, jobId, instant, string.Join(" and ", records));
        }

        if (claims is [var story, ..])
        {
            Tell(story);
            CheckSkipReason(story);
        }
        else if (ranges is [var range, ..])
        {
            tally.Count(Fate.Missed, WireName.Of(range.Event.Reason));
        }
        else
        {
            tally.Count(Fate.Unaccounted);
            tally.Object(Broken.Unaccounted, jobId, instant, "it was due, and there is no record of it");
        }
    }

    private void Tell(ExecutionStory story)
    {
        if (story.End is null)
        {
            tally.Count(Fate.Open);
            CheckOpen(story);
        }
        else if (story.Skipped is { } reason)
        {
            tally.Count(Fate.Skipped, WireName.Of(reason));
        }
        else
        {
            var fate = story.Arrivals.Count switch { 0 => Fate.NotReached, 1 => Fate.RanOnce, _ => Fate.RanMoreThanOnce };
            tally.Count(fate, CauseOf(story));
        }
    }

    /// <summary>Why it ran more than once, or how it failed.</summary>
    private string? CauseOf(ExecutionStory story) => story.Arrivals switch
    {
        [var first, .., var last] => file.FaultWithin(first.ArrivedAt, last.ArrivedAt) is { } fault && story.FailedAttempts.Count < story.Arrivals.Count - 1
            ? $"fault: {fault.Name}"
            : "retry",
        _ => story.LastResult?.Failure is { } failure ? WireName.Of(failure) : null,
    };

    private void CheckOpen(ExecutionStory story)
    {
        var isUnderWay = story.Arrivals is [.., { EndedAt: null }];
        var waits = story.FailedAttempts.Count > 0 && story.FailedAttempts.Values.Max(f => f.RetryAt) + _bounds.OpenGrace > _until;
        if (!isUnderWay && !waits && story.ScheduledFor + _bounds.OpenGrace <= _until)
            tally.Object(Broken.Open, jobId, story.ScheduledFor, $"execution {story.Id} has no outcome");
    }

    /// <summary>Of an instant at which the job was due: the reason must have been the case.</summary>
    private void CheckSkipReason(ExecutionStory story)
    {
        if (story.Skipped is not { } reason) return;
        var (from, to) = (story.Claim.At - _bounds.ChangeReach, story.End!.At);
        var wasSo = reason switch
        {
            SkipReason.JobPaused => job.Changed<JobPaused>(from, to),
            SkipReason.JobChanged => job.Changed<JobRescheduled>(from, to),
            SkipReason.JobDeleted => job.Changed<JobDeleted>(from, to) || story.FailedAttempts.Count > 0 && job.Changed<JobDeleted>(DateTimeOffset.MinValue, to),
            _ => job.Within(story.ScheduledFor - _bounds.ChangeReach, to).Any(s => s.Policy.Overlap != OverlapPolicy.Allow),
        };
        if (!wasSo) tally.Object(Broken.WrongReason, jobId, story.ScheduledFor, $"it was due, and skipped as {WireName.Of(reason)}, which was not so");
    }

    private void CheckRange(MissedRange range, SortedSet<DateTimeOffset> expected)
    {
        var (from, to, count) = (range.Event.From, range.Event.To, range.Event.Count);
        if (to > _until) return;
        var due = expected.GetViewBetween(from, to).Count;
        if (due != count || !expected.Contains(from) || !expected.Contains(to))
            tally.Object(Broken.Unexpected, jobId, from, $"{count} occurrences up to {to:O} are recorded as missed; {due} were due");
        // A backlog is the receiver's doing, and no fault.
        if (range.Event.Reason != MissedReason.Backlog && file.FaultWithin(from, range.RecordedAt) is null)
            tally.Object(Broken.WrongReason, jobId, from, $"recorded as missed ({WireName.Of(range.Event.Reason)}) while nothing was the matter");
    }

    /// <summary>A claim that was made ahead for an instant at which the job is not due any more must not run, unless the change was too fresh.</summary>
    private void CheckUnexpected(ExecutionStory story)
    {
        if (story.Skipped is not null) return;
        var change = job.LastChange(story.ScheduledFor);
        var isFresh = story.ScheduledFor - change <= _bounds.ChangeReach;
        if (isFresh && story.Claim.At <= change + _bounds.ChangeReach)
        {
            tally.Cause("ran before a change reached it");
            if (story.End is null) CheckOpen(story);
            return;
        }

        tally.Object(Broken.Unexpected, jobId, story.ScheduledFor, $"execution {story.Id} ran or is open, and the job was not due");
    }
}
