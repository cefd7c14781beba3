using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Api.Wire;

namespace JobScheduler.Host.Api.Documentation;

/// <summary>What the documentation says of an endpoint.</summary>
internal static class EndpointDescriptions
{
    /// <param name="problems">The statuses it may be refused with; a fault, 500, may befall any.</param>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string summary, string description, params int[] problems)
    {
        endpoint.WithSummary(summary).WithDescription(description);
        foreach (var status in problems.Append(StatusCodes.Status500InternalServerError))
            endpoint.Produces<ProblemBody>(status, Problem.MediaType);
        return endpoint;
    }

    /// <summary>Lets <c>?style=snake</c> choose the form of the answer.</summary>
    public static RouteHandlerBuilder InEitherStyle(this RouteHandlerBuilder endpoint) => endpoint.Takes(AnswerStyle.Style);
}
