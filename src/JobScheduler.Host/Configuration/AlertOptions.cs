namespace JobScheduler.Host.Configuration;

/// <summary>Section <c>Alerts</c>: the delivery of alerts to webhooks.</summary>
internal sealed class AlertOptions
{
    public const string Section = "Alerts";
    private const string SecretPrefix = "whsec_";

    /// <summary>
    /// What messages are signed with, as Standard Webhooks has it: <c>whsec_</c> and 24 to 64 bytes in base64. Absent by default: messages are not signed.
    /// </summary>
    public string? SigningSecret { get; set; }

    /// <summary>For one attempt to deliver; 1 s to 1 min, by default 15 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Before the second attempt; each further wait is twice as long. 100 ms to 1 h, by default 5 s.</summary>
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A message that was not taken for this long is given up; 1 s to 7 days, by default 1 day.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// A job that was due this long ago and has not run is overdue, unless it says otherwise itself; 1 s to 30 days or zero, which is
    /// never; by default 5 min.
    /// </summary>
    public TimeSpan OverdueAfter { get; set; } = TimeSpan.FromMinutes(5);

    public static AlertOptions From(IConfiguration configuration)
    {
        var options = configuration.Load<AlertOptions>(Section);
        options.Timeout.RequireWithin(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), $"{Section}:{nameof(Timeout)}");
        options.FirstRetryDelay.RequireWithin(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), $"{Section}:{nameof(FirstRetryDelay)}");
        options.GiveUpAfter.RequireWithin(TimeSpan.FromSeconds(1), TimeSpan.FromDays(7), $"{Section}:{nameof(GiveUpAfter)}");
        if (options.OverdueAfter != TimeSpan.Zero)
            options.OverdueAfter.RequireWithin(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30), $"{Section}:{nameof(OverdueAfter)}");
        options.SigningKey();
        return options;
    }

    /// <summary>The key's bytes; <c>null</c> when there is none.</summary>
    public byte[]? SigningKey()
    {
        if (SigningSecret is null) return null;
        var key = new byte[64];
        if (SigningSecret.StartsWith(SecretPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(SigningSecret[SecretPrefix.Length..], key, out var length)
            && length >= 24)
        {
            return key[..length];
        }

        throw new ConfigurationException(
            $"Configuration key '{Section}:{nameof(SigningSecret)}' must be '{SecretPrefix}' and 24 to 64 bytes in base64; "
            + "`openssl rand -base64 32` makes such bytes.");
    }
}
