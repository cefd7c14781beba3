using JobScheduler.Host.Api.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Dashboard.Problems;

/// <summary>Problems as people are told of them: a page within the frame, with the same status.</summary>
internal static class ProblemPages
{
    public static async Task ShowAsync(this Problem problem, HttpContext http)
    {
        // What the page that failed has begun with is not to be met again.
        await using var scope = http.RequestServices.CreateAsyncScope();
        var services = http.RequestServices;
        http.RequestServices = scope.ServiceProvider;
        http.Response.Headers.Clear();
        try
        {
            await ResultOf(problem).ExecuteAsync(http);
        }
        finally
        {
            http.RequestServices = services;
        }
    }

    private static RazorComponentResult<ProblemPage> ResultOf(Problem problem) => new(new Dictionary<string, object?>
    {
        [nameof(ProblemPage.Title)] = problem.Title,
        [nameof(ProblemPage.Detail)] = DetailOf(problem),
        [nameof(ProblemPage.Retries)] = problem.Status >= StatusCodes.Status500InternalServerError,
    })
    {
        StatusCode = problem.Status,
        PreventStreamingRendering = true,
    };

    private static string DetailOf(Problem problem) => problem.Status switch
    {
        StatusCodes.Status503ServiceUnavailable =>
            "PostgreSQL does not answer at the moment. What is due meanwhile is accounted for when it is back.",
        StatusCodes.Status404NotFound => "There is no page here.",
        >= StatusCodes.Status500InternalServerError => "This page could not be made; the host's log says why.",
        _ => problem.Detail,
    };
}
