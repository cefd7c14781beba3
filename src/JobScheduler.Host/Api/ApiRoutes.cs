using JobScheduler.Host.Api.Alerts;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Events;
using JobScheduler.Host.Api.Executions;
using JobScheduler.Host.Api.Explaining;
using JobScheduler.Host.Api.Health;
using JobScheduler.Host.Api.Jobs;
using JobScheduler.Host.Api.Metrics;
using JobScheduler.Host.Api.Practice;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Projections;
using JobScheduler.Host.Api.ReadModels;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Api.Schedules;
using JobScheduler.Host.Api.Wire;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace JobScheduler.Host.Api;

/// <summary>The HTTP surface.</summary>
internal static class ApiRoutes
{
    public static void AddJobSchedulerApi(this IServiceCollection services)
    {
        services.AddSingleton<Uptime>();
        services.AddSingleton<MetricCollection>();
        services.AddSingleton<BackgroundRebuilds>();
        services.AddExceptionHandler<ProblemsAtTheEdge>();
        services.ConfigureHttpJsonOptions(json => WireJson.Configure(json.SerializerOptions));
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ApiLimits.MaxDrainedBytes;
        });
        services.AddDocumentation();
    }

    public static void MapJobSchedulerApi(this WebApplication app)
    {
        // Both are to count from the start, not from the first question.
        app.Services.GetRequiredService<Uptime>();
        app.Services.GetRequiredService<MetricCollection>();

        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = _ => Task.CompletedTask });
        app.UseStatusCodePages(ProblemsAtTheEdge.AnswerBareStatus);
        app.MapDocumentation();
        app.MapPractice();

        var api = app.MapGroup("").Takes(Actor.Field).AddEndpointFilter(RequestReading.Filter).AddEndpointFilter(AnswerStyle.Filter);
        api.MapJobs();
        api.MapExecutions();
        api.MapExplain();
        api.MapAlerts();
        api.MapEvents();
        api.MapSchedules();
        api.MapReadModels();
        api.MapProjections();
        api.MapHealth();
        api.MapMetrics();
    }
}
