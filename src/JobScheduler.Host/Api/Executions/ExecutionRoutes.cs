namespace JobScheduler.Host.Api.Executions;

internal static class ExecutionRoutes
{
    public static void MapExecutions(this IEndpointRouteBuilder routes)
    {
        var executions = routes.MapGroup("").WithTags("Executions");
        executions.MapListExecutions();
        executions.MapGetExecution();
        executions.MapReplayExecution();
        executions.MapLedger();
        executions.MapLedgerOverview();
    }
}
