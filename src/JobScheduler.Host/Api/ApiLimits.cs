namespace JobScheduler.Host.Api;

internal static class ApiLimits
{
    /// <summary>A request body has at most this many bytes.</summary>
    public const int MaxBodyBytes = 1024 * 1024;
}
