namespace JobScheduler.Host.Api;

internal static class ApiRoutes
{
    public static void MapJobSchedulerApi(this WebApplication app)
    {
    }
}
