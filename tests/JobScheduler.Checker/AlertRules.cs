using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;

namespace JobScheduler.Checker;

/// <summary>Every failure of a job that asks for each raises an alert, and every alert's delivery happened or is recorded as failed.</summary>
internal static class AlertRules
{
    public static void Check(CaseFile file, Tally tally)
    {
        var raised = file.Evidence.Log.Where(e => e.Data is AlertRaised).ToLookup(e => ((AlertRaised)e.Data).ExecutionId);
        foreach (var failed in file.Evidence.Log.Where(e => e.Data is ExecutionFailed && e.At <= file.Evidence.Until))
        {
            var jobId = ((ExecutionFailed)failed.Data).JobId;
            var asksForEach = file.Jobs.TryGetValue(jobId, out var job)
                && job.Spans.All(s => s.Alerting is { After: 1, RepeatEvery: null });
            if (asksForEach && raised[failed.StreamId].Count() != 1)
                tally.Object(Broken.AlertLost, jobId, failed.At, $"execution {failed.StreamId} failed and has {raised[failed.StreamId].Count()} alerts");
        }

        var taken = file.Evidence.Webhooks.Select(w => w.AlertId).ToHashSet();
        foreach (var alert in raised.SelectMany(a => a).Where(a => a.At <= file.Evidence.Until))
        {
            var e = (AlertRaised)alert.Data;
            if (e.Webhook is null) continue;
            var events = file.Streams[alert.StreamId].Select(s => s.Data).ToList();
            var delivered = events.Exists(d => d is AlertDelivered { Message: not AlertMessage.JobRecovered });
            if (!delivered && !events.Exists(d => d is AlertDeliveryFailed { Message: not AlertMessage.JobRecovered }))
                tally.Object(Broken.AlertLost, e.JobId, alert.At, $"alert {alert.StreamId} was raised, and nothing is recorded of its delivery");
            if (delivered && !taken.Contains(alert.StreamId))
                tally.Object(Broken.AlertLost, e.JobId, alert.At, $"alert {alert.StreamId} is recorded as delivered, and no sink got it");
        }
    }
}
