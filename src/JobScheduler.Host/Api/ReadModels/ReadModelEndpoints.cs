using JobScheduler.EventStore;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Projections;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace JobScheduler.Host.Api.ReadModels;

/// <param name="Tables">The tables it owns.</param>
/// <param name="EventTypes">The events it follows from.</param>
internal sealed record ReadModelView(string Name, IReadOnlyList<string> Tables, IReadOnlyCollection<string> EventTypes);

internal static class ReadModelEndpoints
{
    private static readonly RequestField<string?> Name =
        RequestField.Text("name", $"One of {string.Join(", ", JobSchedulerLog.ReadModels.Select(m => m.Name))}.", where: ParameterLocation.Path);

    public static void MapReadModels(this IEndpointRouteBuilder routes)
    {
        var readModels = routes.MapGroup("/read-models").WithTags("Read models");
        readModels.MapGet("", List).Describe("List the read models", "What follows from the log and can be made anew from it.", 400);
        readModels.MapPost("/{name}/rebuild", RebuildAsync)
            .Takes(Name)
            .Describe(
                "Rebuild a read model",
                "Makes it anew from the log beside the live one, says how the two differ, row by row, and puts the new one in its place. "
                + "Answers when that is done; giving up on the request interrupts the rebuild, and the next goes on with it. The same in the "
                + "background is POST /projections/{name}/rebuild.",
                400, 404, 409, 503);
    }

    private static Ok<IReadOnlyList<ReadModelView>> List() =>
        TypedResults.Ok<IReadOnlyList<ReadModelView>>([.. JobSchedulerLog.ReadModels.Select(m => new ReadModelView(m.Name, m.Tables, m.EventTypes))]);

    private static async Task<Results<Ok<RebuildReport>, Problem>> RebuildAsync(
        HttpContext http, PostgresEventStore store, ILogger<ReadModelRebuild> logger, CancellationToken cancellation)
    {
        var name = Name.Of(http)!;
        if (JobSchedulerLog.ReadModels.FirstOrDefault(m => m.Name == name) is not { } model)
            return Refusals.ReadModelNotFound(name, JobSchedulerLog.ReadModels.Select(m => m.Name));

        try
        {
            return TypedResults.Ok(await new ReadModelRebuild(store, logger).RunAsync(model, cancellationToken: cancellation));
        }
        catch (RebuildRunningException)
        {
            return Refusals.RebuildRunning(name);
        }
        catch (RebuildCancelledException)
        {
            return Refusals.RebuildCancelled(name);
        }
    }
}
