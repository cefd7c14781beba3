using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.Checker;

/// <summary>Each call against its execution's stream.</summary>
internal static class CallRules
{
    public static void Check(CaseFile file, Tally tally)
    {
        foreach (var call in file.Evidence.Arrivals)
        {
            if (!file.Stories.TryGetValue(call.ExecutionId, out var story))
                tally.Object(Broken.UnknownCall, call.JobId, call.ScheduledFor, $"called as execution {call.ExecutionId}, of which the log has no claim");
            else if (story.JobId != call.JobId || story.ScheduledFor != call.ScheduledFor)
                tally.Object(Broken.UnknownCall, call.JobId, call.ScheduledFor, $"called as execution {call.ExecutionId}, which is of job {story.JobId} at {story.ScheduledFor:O}");
            else
                CheckTime(file, tally, call, story);
        }

        foreach (var story in file.Stories.Values)
        {
            CheckRepetition(file, tally, story);
            CheckResults(file, tally, story);
        }
    }

    private static void CheckTime(CaseFile file, Tally tally, Arrival call, ExecutionStory story)
    {
        if (call.ArrivedAt < story.Claim.At)
            tally.Object(Broken.SentUnrecorded, call.JobId, call.ScheduledFor, $"called at {call.ArrivedAt:O}, claimed at {story.Claim.At:O}");
        if (story.DueAt(call.Attempt) is not { } due)
        {
            tally.Object(Broken.SentUnrecorded, call.JobId, call.ScheduledFor, $"called as attempt {call.Attempt}, and the attempt before is not recorded as failed");
            return;
        }

        if (call.ArrivedAt < due) tally.Object(Broken.Early, call.JobId, due, $"called at {call.ArrivedAt:O}");
        var mayWait = !story.IsManual
            && file.Jobs.TryGetValue(story.JobId, out var job)
            && job.Within(due - file.Bounds.ChangeReach, call.ArrivedAt).Any(s => s.Policy.Overlap == OverlapPolicy.Queue);
        if (mayWait || story.Arrivals.Any(a => a.Attempt == call.Attempt && a.ArrivedAt < call.ArrivedAt)) return;
        if (file.FaultWithin(due, call.ArrivedAt) is not null) return;
        var lateness = call.ArrivedAt - due;
        tally.Late(lateness);
        if (lateness > file.Bounds.Lateness) tally.Object(Broken.Late, call.JobId, due, $"called {lateness.TotalMilliseconds:0} ms late");
    }

    private static void CheckRepetition(CaseFile file, Tally tally, ExecutionStory story)
    {
        var neverTwice = file.Jobs.TryGetValue(story.JobId, out var job)
            && story.Arrivals.Count > 1
            && job.Within(story.Claim.At, story.Arrivals[^1].ArrivedAt).All(s => s.Policy.Type == DeliveryType.AtMostOnce);
        if (neverTwice) tally.Object(Broken.SentTwice, story.JobId, story.ScheduledFor, $"called {story.Arrivals.Count} times, and is never to be sent twice");
        foreach (var attempt in story.Arrivals.GroupBy(a => a.Attempt))
        {
            foreach (var (first, second) in attempt.Zip(attempt.Skip(1)))
            {
                if (file.FaultWithin(first.ArrivedAt, second.ArrivedAt) is null)
                    tally.Object(Broken.SentTwice, story.JobId, story.ScheduledFor, $"attempt {attempt.Key} came at {first.ArrivedAt:O} and at {second.ArrivedAt:O} without a cause");
            }
        }

        // A retry that the job's deletion ended had been sent before.
        var sentBefore = story.Skipped == SkipReason.JobDeleted ? story.FailedAttempts.Count : 0;
        if (story.Skipped is { } reason && story.Arrivals.FirstOrDefault(a => a.Attempt > sentBefore) is { } call
            && file.FaultWithin(call.ArrivedAt, story.End!.At) is null)
        {
            tally.Object(Broken.SentThoughSkipped, story.JobId, story.ScheduledFor, $"called at {call.ArrivedAt:O}, and recorded as skipped ({reason})");
        }
    }

    /// <summary>A status code comes from a call.</summary>
    private static void CheckResults(CaseFile file, Tally tally, ExecutionStory story)
    {
        foreach (var result in story.FailedAttempts.Values.Select(f => f.Result).Append(story.LastResult))
        {
            if (result is { StatusCode: not null } && !story.Arrivals.Any(a => a.Attempt == result.Attempt))
                tally.Object(Broken.RecordedWithoutCall, story.JobId, story.ScheduledFor, $"attempt {result.Attempt} is recorded with {result.StatusCode}, and no call came");
        }

        if (story.End?.Data is ExecutionCompleted { Result.Success: false } or ExecutionFailed { Result.Success: true })
            tally.Object(Broken.BrokenStream, story.JobId, story.ScheduledFor, "the outcome contradicts its result");
    }
}
