using JobScheduler.Host.Dashboard;
using JobScheduler.Host.Dashboard.Problems;
using Microsoft.AspNetCore.Diagnostics;

namespace JobScheduler.Host.Api.Problems;

/// <summary>Whatever ends without an answer of ours gets one, people in a page: exceptions, and bare statuses of the framework.</summary>
internal sealed class ProblemsAtTheEdge(ILogger<ProblemsAtTheEdge> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = Refusals.OfException(exception, httpContext.Request);
        if (problem.Status == StatusCodes.Status500InternalServerError)
        {
            logger.LogError(exception, "{Method} {Path} failed", httpContext.Request.Method, httpContext.Request.Path);
        }
        else if (problem.Status > StatusCodes.Status500InternalServerError)
        {
            logger.LogWarning("{Method} {Path} was not served: {Reason}", httpContext.Request.Method, httpContext.Request.Path, exception.Message);
        }

        await AnswerAsync(problem, httpContext);
        return true;
    }

    public static Task AnswerBareStatus(StatusCodeContext context) =>
        AnswerAsync(Refusals.OfStatus(context.HttpContext.Response.StatusCode, context.HttpContext.Request), context.HttpContext);

    private static Task AnswerAsync(Problem problem, HttpContext http) =>
        DashboardRoutes.IsPage(http.Request.Path) ? problem.ShowAsync(http) : problem.ExecuteAsync(http);
}
