using System.Collections.Frozen;

namespace JobScheduler.EventStore;

/// <summary>The one registry of what can be stored. An event that is not in it can be neither appended nor read.</summary>
public sealed class EventTypes
{
    private readonly FrozenDictionary<Type, EventType> _byClrType;
    private readonly FrozenDictionary<string, EventType> _byName;

    /// <exception cref="ArgumentException">Two of <paramref name="types"/> share a name or a CLR type.</exception>
    public EventTypes(IEnumerable<EventType> types)
    {
        All = [.. types];
        _byClrType = Unique(type => type.ClrType);
        _byName = Unique(type => type.Name);
    }

    public IReadOnlyList<EventType> All { get; }

    /// <exception cref="UnknownEventTypeException">The event's type is not registered.</exception>
    public EventType Of(object data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Of(data.GetType());
    }

    /// <exception cref="UnknownEventTypeException"><paramref name="clrType"/> is not registered.</exception>
    public EventType Of(Type clrType)
    {
        ArgumentNullException.ThrowIfNull(clrType);
        return _byClrType.TryGetValue(clrType, out var type) ? type : throw new UnknownEventTypeException(clrType.FullName ?? clrType.Name);
    }

    /// <exception cref="UnknownEventTypeException"><paramref name="name"/> is not registered.</exception>
    public EventType Named(string name) => _byName.TryGetValue(name, out var type) ? type : throw new UnknownEventTypeException(name);

    private FrozenDictionary<TKey, EventType> Unique<TKey>(Func<EventType, TKey> key) where TKey : notnull
    {
        var twice = All.GroupBy(key).FirstOrDefault(group => group.Skip(1).Any());
        return twice is null ? All.ToFrozenDictionary(key) : throw new ArgumentException($"'{twice.Key}' is registered more than once.");
    }
}
