namespace JobScheduler.EventStore;

/// <summary>An event of a type that the registry does not hold: appended without being registered, or stored by a newer program.</summary>
public sealed class UnknownEventTypeException(string type) : InvalidOperationException($"The event type '{type}' is not registered.")
{
    /// <summary>The stored name, or the full name of the CLR type.</summary>
    public string EventType { get; } = type;
}
