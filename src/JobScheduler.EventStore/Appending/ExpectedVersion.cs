namespace JobScheduler.EventStore;

/// <summary>What an append presumes of its stream. The default value is <see cref="NoStream"/>, the strictest.</summary>
public readonly record struct ExpectedVersion
{
    private const long AnyVersion = -1;
    private readonly long _version;

    private ExpectedVersion(long version) => _version = version;

    /// <summary>The stream does not exist yet.</summary>
    public static ExpectedVersion NoStream => default;

    /// <summary>Whatever the stream holds, also nothing.</summary>
    public static ExpectedVersion Any => new(AnyVersion);

    /// <summary>The stream's last event has this version; 0 is <see cref="NoStream"/>.</summary>
    public static ExpectedVersion Exactly(long version)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        return new(version);
    }

    public override string ToString() => _version switch { AnyVersion => "any", 0 => "no stream", _ => $"{_version}" };

    internal bool Allows(long actual) => _version == AnyVersion || _version == actual;
}
