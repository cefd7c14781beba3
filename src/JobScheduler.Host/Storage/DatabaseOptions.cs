using JobScheduler.EventStore;
using JobScheduler.Host.Configuration;

namespace JobScheduler.Host.Storage;

/// <summary>Section <c>Database</c>. The connection string itself is <c>ConnectionStrings:JobScheduler</c>.</summary>
internal sealed class DatabaseOptions
{
    public const string Section = "Database";
    public const string ConnectionStringKey = "JobScheduler";

    /// <summary>The PostgreSQL schema that holds everything; a lower-case identifier, by default <c>jobscheduler</c>.</summary>
    public string Schema { get; set; } = "jobscheduler";

    /// <summary>Connections at the most; 10 to 1,000, by default 40.</summary>
    public int MaxConnections { get; set; } = 40;

    public static DatabaseOptions From(IConfiguration configuration)
    {
        var options = configuration.Load<DatabaseOptions>(Section);
        options.MaxConnections.RequireWithin(10, 1000, $"{Section}:{nameof(MaxConnections)}");
        try
        {
            SchemaName.Validate(options.Schema);
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException($"Configuration key '{Section}:{nameof(Schema)}': {e.Message.Split(" (Parameter")[0]}");
        }

        return options;
    }
}
