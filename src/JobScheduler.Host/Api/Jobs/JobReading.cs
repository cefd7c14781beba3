using System.Text.Json;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Host.Api.Wire;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>A job as a request wants it, and all that is wrong with it.</summary>
internal sealed record JobReading(JobDraft Draft, IReadOnlyList<FieldError> Errors)
{
    /// <param name="current">What the job is now; <c>null</c>: it is to be made.</param>
    /// <param name="now">No instant before it may become the one at which a job runs once.</param>
    public static JobReading Of(JsonElement body, JobDefinition? current, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        var start = current is null ? JobDraft.Empty : new JobDraft(current);
        var draft = JobFields.All.Apply(SaysWhen(body) ? start.With(start.Schedule with { Cron = null, RunAt = null }) : start, new("$", body, errors))
            .WithContentType(current?.Target.Body, current?.Target.ContentType);
        if (draft.Headers is { } headers)
        {
            errors.AddRange(JobHeaders.Check(headers, current?.Target.Headers ?? []));
            draft = draft.With(draft.Target with { Headers = [.. headers.Select(h => new TargetHeader(h.Name, Guid.Empty))] });
        }

        // What did not read stands in the draft as if absent: what the rules say of that field would only confuse.
        var unread = errors.Select(e => e.Field.Split('[')[0]).ToHashSet();
        if (unread.Contains("runAt")) unread.Add("schedule");
        errors.AddRange(Check(draft.Definition, current, body, now).Where(e => !unread.Contains(e.Field)));
        return new(draft, errors);
    }

    private static IEnumerable<FieldError> Check(JobDefinition wanted, JobDefinition? current, JsonElement body, DateTimeOffset now)
    {
        var isApiMissing = wanted.Target.Api.Length == 0 && !(body.TryGetProperty("api", out var api) && api.ValueKind == JsonValueKind.String);
        if (isApiMissing) yield return new("api", null, "Required: the absolute URL to call, such as 'https://example.com/hook'.");
        foreach (var error in JobRules.Check(wanted).Where(e => !isApiMissing || e.Field != "api")) yield return error;
        if (wanted.Schedule == current?.Schedule || JobRules.CheckSchedule(wanted.Schedule).Any()) yield break;
        if (wanted.Schedule.RunAt < now)
        {
            yield return new("runAt", wanted.Schedule.RunAt, $"Must not be in the past; now it is {InstantText.Of(now)}.");
        }
        else if (new Timetable(wanted.Schedule).NextAfter(now) is null)
        {
            var field = wanted.Schedule.RunAt is null ? "schedule" : "runAt";
            yield return new(field, wanted.Schedule.Cron ?? InstantText.Of(wanted.Schedule.RunAt!.Value), $"Never occurs after now, {InstantText.Of(now)}, within 'startAt' and 'endAt'.");
        }
    }

    /// <summary>A new schedule takes the place of the old one, whichever of the two kinds each is.</summary>
    private static bool SaysWhen(JsonElement body) => body.TryGetProperty("schedule", out _) || body.TryGetProperty("runAt", out _);
}
