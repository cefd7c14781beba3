namespace JobScheduler.Host.Api;

internal static class ApiLimits
{
    /// <summary>A request body has at most this many bytes.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    /// <summary>
    /// A body that is too large is still read to its end if it has at most this many: to close the line on a client that is still sending
    /// would tear the refusal from it.
    /// </summary>
    public const int MaxDrainedBytes = 16 * MaxBodyBytes;
}
