using JobScheduler.EventStore;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Projections;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace JobScheduler.Host.Api.Projections;

internal static class ProjectionEndpoints
{
    private static readonly RequestField<string?> Name =
        RequestField.Text("name", $"One of {string.Join(", ", JobSchedulerLog.ReadModels.Select(m => m.Name))}.", where: ParameterLocation.Path);

    private static readonly RequestField<bool> Swap =
        RequestField.Flag("swap", "Whether to put the rebuilt tables in the place of the live ones; false: only compare.", absent: true);

    public static void MapProjections(this IEndpointRouteBuilder routes)
    {
        var projections = routes.MapGroup("/projections").WithTags("Projections");
        projections.MapGet("", ListAsync).Describe("List the projections", "And what else follows the log: how far each has come, and its last rebuild.", 400, 503);
        projections.MapGet("/{name}", GetAsync).Takes(Name).Describe("Fetch a projection", "With its last rebuild.", 400, 404, 503);
        projections.MapPost("/{name}/rebuild", RebuildAsync)
            .Takes(Name, Swap)
            .Describe(
                "Rebuild a projection",
                "Makes it anew from the log beside the live tables, compares the two row by row, and swaps them, unless 'swap' is false. Answers when "
                + "that has begun; the Location tells how far it is. Goes on with one that was interrupted, or only compared.",
                400, 404, 409, 503);
        projections.MapGet("/{name}/rebuild", GetRebuildAsync)
            .Takes(Name)
            .Describe("Follow a rebuild", "How far the last one has come, or how it ended, and the rows that differed.", 400, 404, 503);
        projections.MapPost("/{name}/rebuild/cancel", CancelAsync)
            .Takes(Name)
            .Describe(
                "Cancel a rebuild",
                "Gives it up, on whichever node it runs, and what it has made; the live tables are as they were. Also one that was interrupted, or "
                + "waits to be swapped.",
                400, 404, 409, 503);
    }

    private static async Task<Ok<ProjectionsView>> ListAsync(PostgresEventStore store, BackgroundRebuilds rebuilds, CancellationToken cancellation) =>
        TypedResults.Ok(await ReadAsync(store, rebuilds, cancellation));

    /// <summary>All that follows the log; on the dashboard too.</summary>
    public static async Task<ProjectionsView> ReadAsync(PostgresEventStore store, BackgroundRebuilds rebuilds, CancellationToken cancellation)
    {
        // In this order: what is behind by then is not taken for ahead.
        var checkpoints = await store.CheckpointsAsync(cancellation);
        var mark = await store.HighWaterMarkAsync(cancellation);
        var projections = new List<ProjectionView>();
        foreach (var model in JobSchedulerLog.ReadModels)
            projections.Add(ProjectionView.Of(model, mark, await rebuilds.Rebuild.StatusAsync(model, cancellation)));
        return new(
            mark, projections, [.. checkpoints.Select(c => new SubscriptionView(c.Name, c.Position, Math.Max(0, mark - c.Position), c.UpdatedAt))]);
    }

    private static async Task<Results<Ok<ProjectionView>, Problem>> GetAsync(
        HttpContext http, PostgresEventStore store, BackgroundRebuilds rebuilds, CancellationToken cancellation)
    {
        if (Find(http) is not { } model) return NotFound(http);
        return TypedResults.Ok(ProjectionView.Of(
            model, await store.HighWaterMarkAsync(cancellation), await rebuilds.Rebuild.StatusAsync(model, cancellation)));
    }

    private static async Task<Results<Accepted<RebuildView>, Problem>> RebuildAsync(
        HttpContext http, BackgroundRebuilds rebuilds, CancellationToken cancellation)
    {
        if (Find(http) is not { } model) return NotFound(http);
        try
        {
            await rebuilds.StartAsync(model, Swap.Of(http));
        }
        catch (RebuildRunningException)
        {
            return Refusals.RebuildRunning(model.Name);
        }

        return Accepted(model, await rebuilds.Rebuild.StatusAsync(model, cancellation));
    }

    private static async Task<Results<Ok<RebuildView>, Problem>> GetRebuildAsync(
        HttpContext http, BackgroundRebuilds rebuilds, CancellationToken cancellation)
    {
        if (Find(http) is not { } model) return NotFound(http);
        if (await rebuilds.Rebuild.StatusAsync(model, cancellation) is not { } status) return Refusals.RebuildNotFound(model.Name);
        return TypedResults.Ok(RebuildView.Of(status));
    }

    private static async Task<Results<Accepted<RebuildView>, Problem>> CancelAsync(
        HttpContext http, BackgroundRebuilds rebuilds, CancellationToken cancellation)
    {
        if (Find(http) is not { } model) return NotFound(http);
        if (!await rebuilds.Rebuild.CancelAsync(model, cancellation)) return Refusals.RebuildNotRunning(model.Name);
        return Accepted(model, await rebuilds.Rebuild.StatusAsync(model, cancellation));
    }

    private static Accepted<RebuildView> Accepted(ReadModel model, RebuildStatus? status) =>
        TypedResults.Accepted($"/projections/{model.Name}/rebuild", RebuildView.Of(status!));

    private static ReadModel? Find(HttpContext http) => JobSchedulerLog.ReadModels.FirstOrDefault(m => m.Name == Name.Of(http));

    private static Problem NotFound(HttpContext http) => Refusals.ReadModelNotFound(Name.Of(http)!, JobSchedulerLog.ReadModels.Select(m => m.Name));
}
