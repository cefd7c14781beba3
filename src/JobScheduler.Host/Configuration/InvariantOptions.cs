namespace JobScheduler.Host.Configuration;

/// <summary>Section <c>Invariants</c>: the watch over what should always hold.</summary>
internal sealed class InvariantOptions
{
    public const string Section = "Invariants";

    /// <summary>How often they are checked; 1 s to 1 h, by default 30 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How far behind its time a thing may be before it is a finding; 1 s to 1 day, by default 5 min.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(5);

    public static InvariantOptions From(IConfiguration configuration)
    {
        var options = configuration.Load<InvariantOptions>(Section);
        options.Interval.RequireWithin(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), $"{Section}:{nameof(Interval)}");
        options.Grace.RequireWithin(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), $"{Section}:{nameof(Grace)}");
        return options;
    }
}
