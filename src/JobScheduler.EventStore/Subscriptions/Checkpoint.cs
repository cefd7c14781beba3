namespace JobScheduler.EventStore;

/// <summary>How far a follower of the log has come.</summary>
/// <param name="Name">The subscription's.</param>
/// <param name="Position">The sequence up to which events were handled.</param>
/// <param name="UpdatedAt">When that was saved.</param>
public sealed record Checkpoint(string Name, long Position, DateTimeOffset? UpdatedAt);
