namespace JobScheduler.Host.Configuration;

/// <summary>Section <c>Dispatch</c>: the calls that jobs make.</summary>
internal sealed class DispatchOptions
{
    public const string Section = "Dispatch";

    /// <summary>Calls under way at once; 1 to 100,000, by default 8,192.</summary>
    public int MaxConcurrency { get; set; } = 8_192;

    /// <summary>Calls under way at once to one host and port, so that one that hangs delays no other; 1 to 100,000, by default 1,024.</summary>
    public int MaxConcurrencyPerHost { get; set; } = 1_024;

    /// <summary>How much of an answer is read before the connection is given up, in bytes; 1 KiB to 1 GiB, by default 1 MiB.</summary>
    public int MaxResponseBytes { get; set; } = 1024 * 1024;

    /// <summary>How much of an answer is kept in the history, in bytes; 0 to 64 KiB, by default 256.</summary>
    public int KeepResponseBytes { get; set; } = 256;

    public static DispatchOptions From(IConfiguration configuration)
    {
        var options = configuration.Load<DispatchOptions>(Section);
        options.MaxConcurrency.RequireWithin(1, 100_000, $"{Section}:{nameof(MaxConcurrency)}");
        options.MaxConcurrencyPerHost.RequireWithin(1, 100_000, $"{Section}:{nameof(MaxConcurrencyPerHost)}");
        options.MaxResponseBytes.RequireWithin(1024, 1024 * 1024 * 1024, $"{Section}:{nameof(MaxResponseBytes)}");
        options.KeepResponseBytes.RequireWithin(0, 64 * 1024, $"{Section}:{nameof(KeepResponseBytes)}");
        return options;
    }
}
