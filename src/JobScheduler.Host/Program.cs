using JobScheduler.EventStore;
using JobScheduler.Host;
using JobScheduler.Host.Api;
using JobScheduler.Host.Commands;
using JobScheduler.Host.Configuration;
using JobScheduler.Host.Dashboard;
using JobScheduler.Host.EmbeddedPostgres;
using JobScheduler.Host.Storage;
using Npgsql;

if (args is [HealthCommand.Name, ..]) return await HealthCommand.RunAsync(args[1..], Console.Out);

try
{
    // The settings and pages are the program's; data lies where it is started.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    var settings = Settings.From(builder.Configuration, builder.Environment.IsDevelopment());
    using var loggers = LoggerFactory.Create(logging => logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole());
    await using var database = await Database.OpenAsync(settings, loggers, CancellationToken.None);
    if (args is [RebuildCommand.Name, ..]) return await RebuildCommand.RunAsync(args[1..], database, Console.Out);
    builder.AddJobScheduler(settings, database);
    await using var app = builder.Build();
    app.MapJobSchedulerApi();
    app.MapDashboard();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is ConfigurationException or EmbeddedPostgresException or SchemaTooNewException or NpgsqlException
    or PlatformNotSupportedException
    // A port that is taken, and a URL that is none, from Kestrel.
    or IOException or FormatException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
