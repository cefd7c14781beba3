using JobScheduler.Host.Configuration;

namespace JobScheduler.Host.EmbeddedPostgres;

/// <summary>How the host's private PostgreSQL is run; the configuration section <c>EmbeddedPostgres</c>.</summary>
internal sealed record EmbeddedPostgresOptions
{
    public const string Section = "EmbeddedPostgres";

    /// <summary>Holds the cluster, its password and the host's lock. A relative path counts from the working directory.</summary>
    public string DataDirectory { get; init; } = ".data/postgres";

    /// <summary>The database that the connection string names; created if missing. The default is <c>jobscheduler</c>.</summary>
    public string Database { get; init; } = "jobscheduler";

    /// <summary>The folder of <c>postgres</c> and <c>initdb</c>; when null they are looked for on the machine.</summary>
    public string? BinDirectory { get; init; }

    /// <summary>Server settings by name, which win over <see cref="PostgresSettings"/>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The longest time from start to accepting connections, crash recovery included; 1 s to 1 h, by default 60 s.
    /// </summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public static EmbeddedPostgresOptions From(IConfiguration configuration)
    {
        var options = configuration.Load<EmbeddedPostgresOptions>(Section);
        options.StartTimeout.RequireWithin(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), $"{Section}:{nameof(StartTimeout)}");
        return options;
    }
}
