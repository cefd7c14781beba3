using JobScheduler.EventStore;
using JobScheduler.Host.Alerts;
using JobScheduler.Host.Api;
using JobScheduler.Host.Configuration;
using JobScheduler.Host.Dashboard;
using JobScheduler.Host.Dispatching;
using JobScheduler.Host.Health;
using JobScheduler.Host.Scheduling;
using JobScheduler.Host.Secrets;
using JobScheduler.Host.Storage;
using JobScheduler.Projections;
using JobScheduler.Projections.Alerts;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Health;
using JobScheduler.Projections.Jobs;
using JobScheduler.Projections.Ledgers;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace JobScheduler.Host;

/// <summary>What the host is made of.</summary>
internal static class Composition
{
    public const string DefaultUrl = "http://localhost:3000";

    public static void AddJobScheduler(this WebApplicationBuilder builder, Settings settings, Database database)
    {
        if (builder.Configuration[WebHostDefaults.ServerUrlsKey] is null) builder.WebHost.UseUrls(DefaultUrl);
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.AddSingleton(settings.Scheduler);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Scheduler.ShutdownGrace + TimeSpan.FromSeconds(20));
        services.AddSingleton(settings.Dispatch);
        services.AddSingleton(settings.Alerts);
        services.AddSingleton(settings.Invariants);
        services.AddJobSchedulerApi();
        services.AddDashboard();
        AddStorage(services, database);
        AddSecrets(services);
        AddScheduling(services, settings.Scheduler);
        AddHealth(services);
    }

    private static void AddStorage(IServiceCollection services, Database database)
    {
        services.AddSingleton(database.DataSource);
        services.AddSingleton(provider => new PostgresEventStore(
            database.DataSource,
            JobSchedulerLog.EventTypes,
            JobSchedulerLog.InlineProjections,
            new EventStoreOptions { Schema = database.Schema },
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PostgresEventStore>>()));
        services.AddSingleton(new JobQueries(database.DataSource, database.Schema));
        services.AddSingleton(new ExecutionQueries(database.DataSource, database.Schema));
        services.AddSingleton(new ActivityQueries(database.DataSource, database.Schema));
        services.AddSingleton(new HistoryQueries(database.DataSource, database.Schema));
        services.AddSingleton(new JobTallies(database.DataSource, database.Schema));
        services.AddSingleton(new OccurrenceRecords(database.DataSource, database.Schema));
        services.AddSingleton(new AlertQueries(database.DataSource, database.Schema));
        services.AddSingleton(new InvariantQueries(database.DataSource, database.Schema, first: 100));
        services.AddSingleton(new DatabaseQueries(database.DataSource, database.Schema));
        services.AddSingleton(new AlertOutbox(database.DataSource, database.Schema));
        services.AddSingleton(new JobLooks(database.DataSource, database.Schema));
        services.AddSingleton(new AlertSinks(database.DataSource, database.Schema));
        services.AddHostedService<EventDirectoryService>();
    }

    private static void AddScheduling(IServiceCollection services, SchedulerOptions options)
    {
        services.AddSingleton<SchedulerMetrics>();
        services.AddSingleton<CallRequests>();
        services.AddSingleton<AnswerReader>();
        services.AddSingleton<HttpCaller>();
        services.AddSingleton(provider =>
        {
            var dispatch = provider.GetRequiredService<DispatchOptions>();
            return new Admission<Run>(dispatch.MaxConcurrency, dispatch.MaxConcurrencyPerHost);
        });
        services.AddSingleton<CallsAhead>();
        services.AddSingleton<OutcomeRecorder>();
        services.AddSingleton<Dispatcher>();
        services.AddSingleton<SchedulerTerm>();
        services.AddSingleton<AlertResolver>();
        services.AddSingleton<AlertRaiser>();
        services.AddSingleton<OverdueWatcher>();
        services.AddSingleton<AlertMetrics>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<DeliveryRound>();
        if (!options.Enabled) return;
        services.AddHostedService<SchedulerService>();
        services.AddHostedService<AlertDeliverer>();
    }

    private static void AddHealth(IServiceCollection services)
    {
        services.AddSingleton<InvariantChecks>();
        services.AddSingleton<InvariantScanner>();
        services.AddHostedService(provider => provider.GetRequiredService<InvariantScanner>());
    }

    private static void AddSecrets(IServiceCollection services)
    {
        services.AddSingleton<PostgresKeyRepository>();
        services.AddDataProtection().SetApplicationName("JobScheduler");
        services.AddOptions<KeyManagementOptions>().Configure<PostgresKeyRepository>((options, keys) => options.XmlRepository = keys);
        services.AddSingleton<SecretStore>();
    }
}
