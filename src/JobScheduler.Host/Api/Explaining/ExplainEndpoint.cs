using System.Globalization;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Events;
using JobScheduler.Host.Api.Jobs;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Api.Wire;
using JobScheduler.Projections.Executions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;
using ExecutionIds = JobScheduler.Domain.Executions.ExecutionId;

namespace JobScheduler.Host.Api.Explaining;

/// <summary>What was asked about: an instant, or a time on the clock of the job's zone.</summary>
internal readonly record struct AskedTime(DateTimeOffset? Instant, DateTime? Local)
{
    private static readonly string[] LocalForms = ["yyyy-MM-dd'T'HH:mm:ss.FFF", "yyyy-MM-dd'T'HH:mm"];

    public DateTimeOffset In(TimeZoneInfo zone) => Instant ?? WallClock.InstantOf(Local!.Value, zone);

    public static bool TryParse(string text, out AskedTime? time)
    {
        time = InstantText.TryParse(text, out var instant) ? new(instant, null)
            : DateTime.TryParseExact(text, LocalForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) ? new(null, local)
            : null;
        // At either end of the calendar there is no room for what lies before and after.
        if (time is { } given && (given.Instant?.Year ?? given.Local!.Value.Year) is < 1970 or > 9000) time = null;
        return time is not null;
    }
}

internal static class ExplainEndpoint
{
    /// <summary>How many earlier runs are looked at for one that was still open.</summary>
    private const int RunsBefore = 100;

    private static readonly RequestField<AskedTime?> At = new(
        "at",
        ParameterLocation.Query,
        "The instant; required. Without an offset it is read on the clock of the job's zone.",
        () => new() { Type = JsonSchemaType.String },
        $"{InstantText.Example}, or a time on the clock of the job's zone, such as \"2026-11-21T13:00:05\".",
        AskedTime.TryParse);

    public static void MapExplain(this IEndpointRouteBuilder routes) => routes.MapGet("/jobs/{id}/explain", HandleAsync)
        .WithTags("Executions")
        .Takes(JobRoutes.JobId, At)
        .Describe(
            "Explain why a job ran, or did not, at an instant",
            "From the log alone: 'verdict' for programs, 'answer' for people, and the events they rest on. Also for instants ahead and deleted jobs.",
            400, 404, 503);

    private static async Task<Results<Ok<Explanation>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, ExecutionQueries executions, TimeProvider time, CancellationToken cancellation)
    {
        var id = JobRoutes.JobId.Of(http);
        if (At.Of(http) is not { } asked) return Refusals.Invalid(new FieldError("at", null, $"Required. {At.Expected}"));
        var job = await store.FetchStreamAsync(id, cancellationToken: cancellation);
        if (job is not [{ Data: JobCreated }, ..]) return Refusals.JobNotFound(id);
        return TypedResults.Ok(await ExplainAsync(id, asked, job, store, executions, time, cancellation));
    }

    /// <param name="job">All events of the job's stream.</param>
    public static async Task<Explanation> ExplainAsync(
        Guid id,
        AskedTime asked,
        IReadOnlyList<StoredEvent> job,
        PostgresEventStore store,
        ExecutionQueries executions,
        TimeProvider time,
        CancellationToken cancellation)
    {
        var at = asked.Instant ?? InstantOf(asked.Local!.Value, job);
        var schedule = DefinitionAt(job, at).Schedule;
        var timetable = Timetable.TryRead(schedule);
        var zone = timetable is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone);
        var basis = await BasisAsync(id, at, job, store, executions, time, cancellation);
        var finding = Explain.Decide(basis, timetable, at, time.GetUtcNow());
        var created = job[0].Timestamp;
        return new Explanation(
            id,
            at,
            WallClock.TextOf(at, zone),
            schedule.TimeZone,
            finding.Verdict,
            finding.Answer,
            finding.Reason,
            finding.By,
            basis.Execution is [{ Data: not JobOccurrencesMissed }, ..] ? basis.Execution[0].StreamId : null,
            at > created ? timetable?.LatestBetween(created, at.AddTicks(-1)) : null,
            timetable?.NextAfter(at),
            WallClock.ChangeOn(at, zone),
            [.. finding.Because.OrderBy(e => e.Sequence).Select(EventView.Of)]);
    }

    private static async Task<ExplainBasis> BasisAsync(
        Guid id,
        DateTimeOffset at,
        IReadOnlyList<StoredEvent> job,
        PostgresEventStore store,
        ExecutionQueries executions,
        TimeProvider time,
        CancellationToken cancellation)
    {
        var executionId = ExecutionIds.Of(id, at);
        var execution = await store.FetchStreamAsync(executionId, cancellationToken: cancellation);
        if (execution is [.., { Data: ExecutionSkipped { Reason: SkipReason.PreviousRunOpen } }])
        {
            var runs = await executions.ListAsync(id, null, executionId, RunsBefore, time.GetUtcNow(), cancellation);
            return new(job, execution, null, runs.FirstOrDefault(r => r.Status == ExecutionStatus.Open || r.RecordedAt > at));
        }

        if (await executions.MissedBetweenAsync(id, at, at, cancellation) is not [var missed, ..]) return new(job, execution, null, null);
        return new(job, execution, (missed, (await store.FetchStreamAsync(missed.Id, cancellationToken: cancellation))[0]), null);
    }

    /// <summary>The definition that what is due at an instant is due on; before the job was created, the one it was created with.</summary>
    private static JobDefinition DefinitionAt(IReadOnlyList<StoredEvent> job, DateTimeOffset at) => job
        .Take(Math.Max(1, job.TakeWhile(e => e.Timestamp < at).Count()))
        .Aggregate((Job?)null, (state, stored) => Job.Evolve(state, (JobEvent)stored.Data))!.Definition;

    private static DateTimeOffset InstantOf(DateTime local, IReadOnlyList<StoredEvent> job)
    {
        var schedule = DefinitionAt(job, new(local, TimeSpan.Zero)).Schedule;
        return WallClock.InstantOf(local, TimeZoneInfo.TryFindSystemTimeZoneById(schedule.TimeZone, out var zone) ? zone : TimeZoneInfo.Utc);
    }
}
