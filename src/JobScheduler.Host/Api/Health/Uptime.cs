namespace JobScheduler.Host.Api.Health;

/// <summary>How long this process has served.</summary>
internal sealed class Uptime(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public TimeSpan Elapsed => time.GetElapsedTime(_started);
}
