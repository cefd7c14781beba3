using JobScheduler.Host.EmbeddedPostgres;

var builder = WebApplication.CreateBuilder(args);
await using var app = builder.Build();
await using var postgres = app.Configuration.GetConnectionString("JobScheduler") is null
    ? await EmbeddedPostgresServer.StartAsync(
        app.Configuration.GetSection(EmbeddedPostgresOptions.Section).Get<EmbeddedPostgresOptions>() ?? new EmbeddedPostgresOptions(),
        app.Logger,
        CancellationToken.None)
    : null;
await app.RunAsync();
