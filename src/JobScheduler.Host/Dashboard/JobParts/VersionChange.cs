using System.Text.Json;
using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Jobs;

namespace JobScheduler.Host.Dashboard.JobParts;

/// <summary>What one request changed of a job: the events that it appended together.</summary>
/// <param name="First">The version that its first event led to.</param>
/// <param name="Last">Its last event.</param>
/// <param name="What">Its events, in words.</param>
/// <param name="Fields">What differs from the version before; of the creation nothing.</param>
internal sealed record VersionChange(long First, StoredEvent Last, string What, IReadOnlyList<FieldChange> Fields)
{
    private const string RevertedTo = "revertedTo";

    public long Version => Last.Version;

    public DateTimeOffset At => Last.Timestamp;

    /// <summary>The latest changes, newest first, at most <paramref name="most"/>; and the job as it was at a version and as it is.</summary>
    /// <param name="events">The job's whole stream, oldest first.</param>
    public static (IReadOnlyList<VersionChange> Changes, Folded<Job> Shown, Folded<Job> Now) Of(IReadOnlyList<StoredEvent> events, int version, int most)
    {
        var requests = Requests(events);
        var changes = new List<VersionChange>();
        Folded<Job>? job = null;
        Folded<Job>? shown = null;
        for (var i = 0; i < requests.Count; i++)
        {
            var before = job;
            foreach (var stored in requests[i])
            {
                job = Streams.Job(job, stored);
                if (stored.Version == version) shown = job;
            }

            if (i >= requests.Count - most) changes.Add(Of(requests[i], before, job!));
        }

        changes.Reverse();
        return (changes, shown ?? job!, job!);
    }

    /// <summary>A field's value as text; of what is not set, nothing.</summary>
    public static string? Text(JsonElement? value) => value switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Array } list => string.Join(", ", list.EnumerateArray().Select(item => Text(item))),
        { } other => other.GetRawText(),
    };

    private static VersionChange Of(List<StoredEvent> request, Folded<Job>? before, Folded<Job> after)
    {
        var last = request[^1];
        var what = last.Metadata.Headers?.GetValueOrDefault(RevertedTo) is { } version
            ? $"reverted to version {version}"
            : string.Join(", ", request.Select(e => e.Type.Name.Replace("job_", "", StringComparison.Ordinal).Replace('_', ' ')));
        return new(request[0].Version, last, what, before is null ? [] : JobDiff.Between(before, after));
    }

    /// <summary>The events of a commit have the same timestamp, those of a request the same correlation.</summary>
    private static List<List<StoredEvent>> Requests(IReadOnlyList<StoredEvent> events)
    {
        var requests = new List<List<StoredEvent>>();
        foreach (var stored in events)
        {
            if (requests is [.., [.., var last]] && last.Timestamp == stored.Timestamp && last.Metadata.CorrelationId == stored.Metadata.CorrelationId)
                requests[^1].Add(stored);
            else
                requests.Add([stored]);
        }

        return requests;
    }
}
