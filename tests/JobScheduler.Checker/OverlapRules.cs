using JobScheduler.Domain.Jobs;

namespace JobScheduler.Checker;

/// <summary>Under SKIP and QUEUE no scheduled run begins while another of the job is with its receiver. Retries and manual runs may.</summary>
internal static class OverlapRules
{
    public static void Check(CaseFile file, Tally tally)
    {
        foreach (var (jobId, job) in file.Jobs)
        {
            if (job.Spans.Any(s => s.Policy.Overlap != OverlapPolicy.Allow)) Check(file, tally, jobId, job);
        }
    }

    private static void Check(CaseFile file, Tally tally, Guid jobId, JobTimeline job)
    {
        var underWay = new List<(ExecutionStory Story, Arrival Call)>();
        foreach (var (story, call) in file.StoriesOf(jobId).SelectMany(s => s.Arrivals.Select(a => (Story: s, Call: a))).OrderBy(c => c.Call.ArrivedAt))
        {
            underWay.RemoveAll(c => !IsUnderWay(c.Call, call.ArrivedAt, file.Bounds));
            var earlier = underWay.Find(c => c.Story != story);
            underWay.Add((story, call));
            if (earlier.Call is null || story.IsManual || call.Attempt > 1) continue;
            // A node that was frozen or cut off may, before it notices, make a call that another has made or skipped in its stead.
            var isOfTwoNodes = earlier.Story.Arrivals.Count > 1 || story.Arrivals.Count > 1 || story.Skipped is not null;
            if (isOfTwoNodes && file.FaultWithin(earlier.Call.ArrivedAt, call.ArrivedAt) is not null) continue;
            if (job.Within(earlier.Call.ArrivedAt - file.Bounds.ChangeReach, call.ArrivedAt).Any(s => s.Policy.Overlap == OverlapPolicy.Allow)) continue;
            tally.Object(
                Broken.Overlap, jobId, story.ScheduledFor,
                $"called at {call.ArrivedAt:O}, while the run of {earlier.Story.ScheduledFor:O} was under way since {earlier.Call.ArrivedAt:O}");
        }
    }

    private static bool IsUnderWay(Arrival call, DateTimeOffset at, Bounds bounds) =>
        call.EndedAt is not { } end || end > (call.Deserted ? at + bounds.ChangeReach : at);
}
