namespace JobScheduler.Host.Api.Alerts;

internal static class AlertRoutes
{
    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        var alerts = routes.MapGroup("/alerts").WithTags("Alerts");
        alerts.MapListAlerts();
        alerts.MapAcknowledgeAlert();
        alerts.MapRedeliverAlert();
        alerts.MapListDeliveries();
    }
}
