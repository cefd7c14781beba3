using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.Checker;

/// <summary>The log by itself: streams without gaps, events that can follow each other, nothing lost that a client was told of.</summary>
internal static class StreamRules
{
    public static void Check(CaseFile file, Tally tally)
    {
        foreach (var (id, stream) in file.Streams)
        {
            for (var i = 0; i < stream.Count; i++)
            {
                if (stream[i].Version != i + 1)
                    tally.Object(Broken.BrokenStream, id, null, $"event {i + 1} of the stream has the version {stream[i].Version}");
                if (i > 0 && stream[i].Sequence <= stream[i - 1].Sequence)
                    tally.Object(Broken.BrokenStream, id, null, $"version {stream[i].Version} stands before its forerunner in the log");
                if (!CanFollow(i == 0 ? null : stream[i - 1].Data, stream[i].Data))
                    tally.Object(Broken.BrokenStream, id, null, $"{stream[i].Data.GetType().Name} cannot stand at version {stream[i].Version}");
            }
        }

        foreach (var told in file.Evidence.Acknowledged)
        {
            var stream = file.Streams.GetValueOrDefault(told.StreamId, []);
            var isThere = told.Version is { } version ? stream.Count >= version : stream is [.., { Data: JobDeleted }];
            if (!isThere)
            {
                tally.Object(
                    Broken.LostAcknowledgement, told.StreamId, null,
                    $"{(told.Version is null ? "its deletion" : $"version {told.Version}")} was answered at {told.AnsweredAt:O}, and the stream has {stream.Count} events");
            }
        }
    }

    private static bool CanFollow(object? before, object data) => data switch
    {
        JobCreated or ExecutionScheduled or ExecutionRequested or JobOccurrencesMissed => before is null,
        JobEvent => before is JobEvent and not JobDeleted,
        ExecutionStarted => before is ExecutionScheduled or ExecutionRequested,
        ExecutionEvent => before is ExecutionScheduled or ExecutionRequested or ExecutionStarted or ExecutionAttemptFailed,
        _ => true,
    };
}
