using JobScheduler.Domain.Jobs;

namespace JobScheduler.Checker;

/// <summary>Under SKIP and QUEUE no scheduled run begins while another of the job is with its receiver. Retries and manual runs may.</summary>
internal static class OverlapRules
{
    public static void Check(CaseFile file, Tally tally)
    {
        foreach (var (jobId, job) in file.Jobs)
        {
            if (job.Spans.All(s => s.Policy.Overlap == OverlapPolicy.Allow)) continue;
            var calls = file.StoriesOf(jobId).SelectMany(s => s.Arrivals.Select(a => (Story: s, Call: a))).OrderBy(c => c.Call.ArrivedAt).ToList();
            for (var later = 1; later < calls.Count; later++)
            {
                var (story, call) = calls[later];
                if (story.IsManual || call.Attempt > 1) continue;
                var earlier = calls.Take(later).FirstOrDefault(c => c.Story != story && IsUnderWay(c.Call, call.ArrivedAt, file.Bounds));
                if (earlier.Call is null) continue;
                // The call of a node that was cut off may outlive its repetition by the next.
                if (earlier.Story.Arrivals.Count > 1 && file.FaultWithin(earlier.Call.ArrivedAt, call.ArrivedAt) is not null) continue;
                if (job.Within(earlier.Call.ArrivedAt - file.Bounds.ChangeReach, call.ArrivedAt).Any(s => s.Policy.Overlap == OverlapPolicy.Allow)) continue;
                tally.Object(
                    Broken.Overlap, jobId, story.ScheduledFor,
                    $"called at {call.ArrivedAt:O}, while the run of {earlier.Story.ScheduledFor:O} was under way since {earlier.Call.ArrivedAt:O}");
            }
        }
    }

    private static bool IsUnderWay(Arrival call, DateTimeOffset at, Bounds bounds) =>
        call.EndedAt is not { } end || end > (call.Deserted ? at + bounds.ChangeReach : at);
}
