namespace JobScheduler.EventStore;

/// <summary>The read model is being rebuilt already, by this process or another.</summary>
public sealed class RebuildRunningException(string readModel)
    : InvalidOperationException($"The read model '{readModel}' is being rebuilt already.")
{
    public string ReadModel { get; } = readModel;
}
