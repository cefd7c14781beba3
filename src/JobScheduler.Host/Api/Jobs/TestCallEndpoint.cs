using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Dispatching;
using JobScheduler.Host.Secrets;
using JobScheduler.Projections.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>How a call went that was made to try it.</summary>
/// <param name="Success">Whether the status code is among the job's successCodes.</param>
/// <param name="StatusCode">null: no answer came.</param>
/// <param name="DurationMs">From the call to the end of its answer.</param>
/// <param name="Failure">STATUS_CODE, TIMEOUT, CONNECTION or INVALID_REQUEST; null: it succeeded.</param>
/// <param name="Error">The same in words.</param>
/// <param name="Response">The beginning of the answer's body, if it is text; the job's own header values are blotted out.</param>
/// <param name="ResponseHeaders">The names of the answer's headers.</param>
internal sealed record TestCallAnswer(
    bool Success, int? StatusCode, double DurationMs, FailureKind? Failure, string? Error, string? Response, IReadOnlyList<string> ResponseHeaders);

internal static class TestCallEndpoint
{
    private static readonly RequestField<Guid?> JobId = RequestField.Uuid("jobId", "The job whose header values *** stands for.");

    /// <summary>At once, on this node: they are not among the runs that the dispatcher bounds.</summary>
    private static readonly SemaphoreSlim Places = new(16);

    /// <summary>What a job needs to be one, but a call does not.</summary>
    private static readonly Schedule AnyTime = new("@every_second");

    public static void MapTestCall(this IEndpointRouteBuilder jobs) => jobs.MapPost("/test-call", HandleAsync)
        .Accepts<JobRequest>("application/json")
        .Takes(JobId)
        .Describe(
            "Try a job's call",
            "Makes the call of a job with these fields once, now, as a run would, and answers how it went. Nothing is kept or recorded, and nothing "
            + "retried. The fields are those of a job; only 'api' is required. Within the job's timeouts. Kept header values go to the job's own host only.",
            400, 404, 413, 415, 503);

    private static async Task<Results<Ok<TestCallAnswer>, Problem>> HandleAsync(
        HttpContext http,
        JobQueries jobs,
        SecretStore secrets,
        HttpCaller caller,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        CancellationToken cancellation)
    {
        var (body, refusal) = await JsonBody.ReadAsync(http.Request, mayBeEmpty: false, cancellation);
        if (refusal is not null) return refusal;
        HttpTarget? target = null;
        if (JobId.Of(http) is { } id)
        {
            if (await jobs.FindAsync(id, cancellation) is not { } job) return Refusals.JobNotFound(id);
            if (job.State == JobState.Deleted) return Refusals.JobDeleted(id);
            target = job.Definition.Target;
        }

        var kept = target?.Headers ?? [];

        var now = time.GetUtcNow();
        var blank = JobDraft.Empty.Definition;
        var (draft, errors) = JobReading.Of(body!.Value, blank with { Schedule = AnyTime, Target = blank.Target with { Headers = kept } }, now);
        if (errors.Count > 0) return Refusals.Invalid(errors);

        if (target is not null && draft.Headers?.Any(h => h.Value == HeaderText.Kept) == true && AuthorityOf(draft.Target) != AuthorityOf(target))
        {
            return Refusals.Invalid(new FieldError(
                "headers", null, $"Values that are kept are sent to {AuthorityOf(target)} only, as nothing is recorded of this call; give them again for another host."));
        }

        var headers = await secrets.RevealAsync(draft.Headers ?? [], kept, cancellation);
        var names = new List<string>();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var claim = new Claim(JobId.Of(http) ?? Guid.Empty, now, ExecutionTrigger.Manual);
        var executionId = Guid.CreateVersion7(now);
        using var call = CallRequests.Make(executionId, claim, attempt: 1, draft.Target, headers) with { Answered = NoteHeaders };
        await Places.WaitAsync(ended.Token);
        try
        {
            return await caller.CallAsync(executionId, now, call, ended.Token) is var (result, _)
                ? TypedResults.Ok(new TestCallAnswer(
                    result.Success, result.StatusCode, result.DurationMs, result.Failure, result.Error, result.Response, names))
                : Refusals.Stopping;
        }
        finally
        {
            Places.Release();
        }

        void NoteHeaders(HttpResponseMessage response) =>
            names.AddRange(response.Headers.Concat(response.Content.Headers).Select(h => h.Key).Order(StringComparer.OrdinalIgnoreCase));
    }

    private static string AuthorityOf(HttpTarget target) => new Uri(target.Api).GetLeftPart(UriPartial.Authority);
}
