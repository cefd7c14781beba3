using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace JobScheduler.EventStore;

/// <summary>How one type of event is stored.</summary>
/// <param name="ClrType">The event's record.</param>
/// <param name="Name">Its stable name in <c>mt_events.type</c>, snake_case. Storage format: never changes.</param>
/// <param name="StreamType">The alias of the streams it belongs to, in <c>mt_streams.type</c>.</param>
/// <param name="JsonTypeInfo">Source-generated serialization of <paramref name="ClrType"/>.</param>
public sealed record EventType(Type ClrType, string Name, string StreamType, JsonTypeInfo JsonTypeInfo)
{
    /// <summary>What Marten loads the type by: namespace, type and assembly, without the version.</summary>
    internal string DotNetType { get; } = $"{ClrType.FullName}, {ClrType.Assembly.GetName().Name}";

    internal byte[] Serialize(object data) => JsonSerializer.SerializeToUtf8Bytes(data, JsonTypeInfo);

    /// <exception cref="JsonException">The stored JSON does not fit the type.</exception>
    internal object Deserialize(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, JsonTypeInfo) ?? throw new JsonException($"A stored '{Name}' event is null.");
}
