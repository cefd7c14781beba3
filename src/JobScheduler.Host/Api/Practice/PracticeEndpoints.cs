using JobScheduler.Host.Configuration;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Practice;

internal sealed record PracticeAnswer(string Message);

/// <summary>Targets to try jobs against: served in development, or with the configuration key <see cref="Settings.PracticeTargetsKey"/>.</summary>
internal static class PracticeEndpoints
{
    private static readonly TimeSpan SuccessTakes = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FailureTakes = TimeSpan.FromMilliseconds(200);

    public static void MapPractice(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<Settings>().PracticeTargets) return;
        var practice = app.MapGroup("").WithTags("Practice");
        practice.MapPost("/test", SucceedAsync)
            .WithSummary("A target that succeeds")
            .WithDescription("200 after 500 ms.");
        practice.MapPost("/test-fail", FailAsync)
            .WithSummary("A target that fails")
            .WithDescription("500 after 200 ms.")
            .Produces<PracticeAnswer>(StatusCodes.Status500InternalServerError);
    }

    private static async Task<Ok<PracticeAnswer>> SucceedAsync(TimeProvider time, CancellationToken cancellation)
    {
        await Task.Delay(SuccessTakes, time, cancellation);
        return TypedResults.Ok(new PracticeAnswer("ok"));
    }

    private static async Task<InternalServerError<PracticeAnswer>> FailAsync(TimeProvider time, CancellationToken cancellation)
    {
        await Task.Delay(FailureTakes, time, cancellation);
        return TypedResults.InternalServerError(new PracticeAnswer("failed on purpose"));
    }
}
