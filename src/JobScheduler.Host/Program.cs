using JobScheduler.Host.EmbeddedPostgres;

var builder = WebApplication.CreateBuilder(args);
await using var app = builder.Build();
try
{
    await using var postgres = app.Configuration.GetConnectionString("JobScheduler") is null
        ? await EmbeddedPostgresServer.StartAsync(
            app.Configuration.GetSection(EmbeddedPostgresOptions.Section).Get<EmbeddedPostgresOptions>() ?? new EmbeddedPostgresOptions(),
            app.Logger,
            CancellationToken.None)
        : null;
    await app.RunAsync();
    return 0;
}
catch (EmbeddedPostgresException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
