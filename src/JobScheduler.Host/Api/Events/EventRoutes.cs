namespace JobScheduler.Host.Api.Events;

internal static class EventRoutes
{
    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        var events = routes.MapGroup("").WithTags("Events");
        events.MapJobEvents();
        events.MapEventFeed();
    }
}
