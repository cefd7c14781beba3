using JobScheduler.Host.EmbeddedPostgres;
using JobScheduler.Host.Storage;

namespace JobScheduler.Host.Configuration;

/// <summary>All that can be configured, read and checked before anything is started.</summary>
internal sealed record Settings(
    string? ConnectionString,
    DatabaseOptions Database,
    EmbeddedPostgresOptions EmbeddedPostgres,
    SchedulerOptions Scheduler,
    DispatchOptions Dispatch,
    AlertOptions Alerts,
    InvariantOptions Invariants,
    bool PracticeTargets)
{
    public const string PracticeTargetsKey = "PracticeTargets:Enabled";

    /// <exception cref="ConfigurationException">Names the key that is wrong.</exception>
    public static Settings From(IConfiguration configuration, bool isDevelopment) => new(
        configuration.GetConnectionString(DatabaseOptions.ConnectionStringKey) is { Length: > 0 } connection ? connection : null,
        DatabaseOptions.From(configuration),
        EmbeddedPostgresOptions.From(configuration),
        SchedulerOptions.From(configuration),
        DispatchOptions.From(configuration),
        AlertOptions.From(configuration),
        InvariantOptions.From(configuration),
        configuration.LoadFlag(PracticeTargetsKey, absent: isDevelopment));
}
