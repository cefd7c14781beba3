using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

namespace JobScheduler.Bench.Load;

/// <summary>Quartz.NET as a process of its own, with as many jobs due every second, each a POST to the receiver.</summary>
internal static class QuartzProcess
{
    public const string Name = "quartz";
    public const string Ready = "The scheduler is started.";

    /// <summary>Arguments: the receiver's URL, the number of jobs, and the connection string for a clustered store with history; none: in memory.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var (url, count, connectionString) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture), args.ElementAtOrDefault(2));
        HitJob.Url = new Uri(url);
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddQuartz(quartz =>
        {
            quartz.UseDefaultThreadPool(1_000);
            if (connectionString is null)
            {
                quartz.UseInMemoryStore();
                return;
            }

            quartz.UsePersistentStore(store =>
            {
                store.UsePostgres(connectionString);
                store.UseSystemTextJsonSerializer();
                store.ProvisionSchema();
                store.UseClustering();
                store.UseExecutionHistory();
            });
        });
        builder.Services.AddQuartzHostedService();
        using var app = builder.Build();
        await app.StartAsync();
        var scheduler = await app.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();
        for (var i = 0; i < count; i++)
        {
            var job = JobBuilder.Create<HitJob>().WithIdentity($"job-{i}").UsingJobData(HitJob.Id, Guid.NewGuid().ToString()).Build();
            await scheduler.ScheduleJob(job, TriggerBuilder.Create().WithIdentity($"trigger-{i}").WithCronSchedule("* * * * * ?").Build());
        }

        Console.WriteLine(Ready);
        await app.WaitForShutdownAsync();
        return 0;
    }
}

internal sealed class HitJob : IJob
{
    public const string Id = "id";

    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseCookies = false });

    public static Uri? Url { get; set; }

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url);
        request.Headers.TryAddWithoutValidation("X-Job-Id", context.MergedJobDataMap.GetString(Id));
        request.Headers.TryAddWithoutValidation("X-Scheduled-For", context.ScheduledFireTimeUtc!.Value.UtcDateTime.ToString("O"));
        using var response = await Client.SendAsync(request, cancellationToken);
    }
}
