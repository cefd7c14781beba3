using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Executions;

internal static class GetExecutionEndpoint
{
    private static readonly RequestField<Guid> ExecutionId = RequestField.Id("id", "The execution.");

    public static void MapGetExecution(this IEndpointRouteBuilder routes) => routes.MapGet("/executions/{id}", HandleAsync)
        .Takes(ExecutionId)
        .InEitherStyle()
        .Describe("Fetch an execution", "With all its attempts, as its log tells it.", 400, 404, 503);

    private static async Task<Results<Ok<ExecutionDetail>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, CancellationToken cancellation)
    {
        var id = ExecutionId.Of(http);
        var execution = await store.AggregateStreamAsync<Folded<Execution>>(id, Streams.Execution, cancellationToken: cancellation);
        if (execution is null) return Refusals.ExecutionNotFound(id);
        return TypedResults.Ok(ExecutionDetail.Of(id, execution));
    }
}
