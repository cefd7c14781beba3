using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Dashboard.Editor;

/// <summary>
/// <c>/ui/parts/job</c>: what the host makes of a job as it stands in the form, which is sent as a request to create or change it would be.
/// Nothing is changed.
/// </summary>
internal static class EditorRoutes
{
    public static void MapEditor(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/ui/parts/job", () => new RazorComponentResult<JobCheck>()).ExcludeFromDescription();
}
