using System.Globalization;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Schedules;

/// <param name="Local">The zone's wall clock with its offset, in ISO 8601.</param>
internal sealed record PreviewedOccurrence(DateTimeOffset Utc, string Local);

internal sealed record SchedulePreview(string Schedule, string TimeZone, IReadOnlyList<PreviewedOccurrence> Occurrences);

internal static class PreviewScheduleEndpoint
{
    private static readonly RequestField<string?> Cron = RequestField.Text("schedule", "The cron expression; required.");
    private static readonly RequestField<string?> Zone = RequestField.Text("timeZone", "The IANA name of the zone it is read in; default UTC.");
    private static readonly RequestField<int> Count = RequestField.Count("count", "How many.", absent: 5, most: 100);
    private static readonly RequestField<DateTimeOffset?> From = RequestField.Instant("from", "Later than this instant; default now.");

    public static void MapSchedules(this IEndpointRouteBuilder routes) => routes.MapGet("/schedules/preview", Handle)
        .WithTags("Schedules")
        .Takes(Cron, Zone, Count, From)
        .Describe("Preview a schedule", "When a job on it would be due. Fewer than asked for: there are no more.", 400);

    private static Results<Ok<SchedulePreview>, Problem> Handle(HttpContext http, TimeProvider time)
    {
        if (Cron.Of(http) is not { } cron) return Refusals.Invalid(new FieldError("schedule", null, "Required: a cron expression, such as */10 * * * * *."));
        var schedule = new Schedule(cron, TimeZone: Zone.Of(http) ?? Schedule.Utc);
        var errors = JobRules.CheckSchedule(schedule).ToList();
        if (errors.Count > 0) return Refusals.Invalid(errors);

        var zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone);
        var occurrences = new Timetable(schedule).Between(From.Of(http) ?? time.GetUtcNow(), DateTimeOffset.MaxValue).Take(Count.Of(http));
        return TypedResults.Ok(new SchedulePreview(cron, schedule.TimeZone, [.. occurrences.Select(o => new PreviewedOccurrence(o, Local(o, zone)))]));
    }

    private static string Local(DateTimeOffset instant, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(instant, zone).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}
