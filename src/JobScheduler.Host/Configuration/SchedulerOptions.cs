namespace JobScheduler.Host.Configuration;

/// <summary>Section <c>Scheduler</c>.</summary>
internal sealed class SchedulerOptions
{
    public const string Section = "Scheduler";

    /// <summary>Whether this node schedules; false: it only serves the API. The default is true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How long before its instant an occurrence is claimed; 50 ms to 10 s, by default 750 ms: away from the bursts on whole seconds.</summary>
    public TimeSpan ClaimAhead { get; set; } = TimeSpan.FromMilliseconds(750);

    /// <summary>An occurrence later than this follows its job's misfire policy; 1 s to 1 day, by default 60 s.</summary>
    public TimeSpan MisfireGrace { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long calls under way may go on when the host is asked to stop; 0 to 5 min, by default 10 s.</summary>
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Executions that may be open at once, claimed ones included; beyond them nothing is claimed. 1 to 1,000,000, by default 100,000.</summary>
    public int MaxOpen { get; set; } = 100_000;

    /// <summary>Likewise to one host and port, whose jobs are then held back; 1 to 1,000,000, by default 20,000.</summary>
    public int MaxOpenPerHost { get; set; } = 20_000;

    public static SchedulerOptions From(IConfiguration configuration)
    {
        var options = configuration.Load<SchedulerOptions>(Section);
        options.ClaimAhead.RequireWithin(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(10), $"{Section}:{nameof(ClaimAhead)}");
        options.MisfireGrace.RequireWithin(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), $"{Section}:{nameof(MisfireGrace)}");
        options.ShutdownGrace.RequireWithin(TimeSpan.Zero, TimeSpan.FromMinutes(5), $"{Section}:{nameof(ShutdownGrace)}");
        options.MaxOpen.RequireWithin(1, 1_000_000, $"{Section}:{nameof(MaxOpen)}");
        options.MaxOpenPerHost.RequireWithin(1, 1_000_000, $"{Section}:{nameof(MaxOpenPerHost)}");
        return options;
    }
}
