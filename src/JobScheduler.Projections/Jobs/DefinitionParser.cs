using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using JobScheduler.Domain;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.Projections.Jobs;

/// <summary>
/// Parses many definitions: parts that are written alike are parsed once and are one object, as most schedules, policies and alertings of
/// a large installation are. To be dropped after use, with what it has kept. Thread-safe.
/// </summary>
public sealed class DefinitionParser
{
    private readonly Parts<Schedule> _schedules = new(EventJson.Default.Schedule);
    private readonly Parts<ExecutionPolicy> _policies = new(EventJson.Default.ExecutionPolicy);
    private readonly Parts<Alerting> _alertings = new(EventJson.Default.Alerting);
    private readonly Parts<IReadOnlyList<string>> _tags = new((JsonTypeInfo<IReadOnlyList<string>>)EventJson.Default.GetTypeInfo(typeof(IReadOnlyList<string>))!);

    /// <exception cref="JsonException">It is no definition.</exception>
    public JobDefinition Parse(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        var (schedule, target, policy, alerting) = ((Schedule?)null, (HttpTarget?)null, (ExecutionPolicy?)null, (Alerting?)null);
        var (name, tags) = ((string?)null, (IReadOnlyList<string>?)null);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("schedule"u8)) schedule = _schedules.Read(ref reader, json);
            else if (reader.ValueTextEquals("target"u8)) target = Read(ref reader, EventJson.Default.HttpTarget);
            else if (reader.ValueTextEquals("policy"u8)) policy = _policies.Read(ref reader, json);
            else if (reader.ValueTextEquals("alerting"u8)) alerting = _alertings.Read(ref reader, json);
            else if (reader.ValueTextEquals("name"u8)) name = reader.Read() ? reader.GetString() : null;
            else if (reader.ValueTextEquals("tags"u8)) tags = _tags.Read(ref reader, json);
            else reader.Skip();
        }

        return schedule is not null && target is not null && policy is not null && alerting is not null && tags is not null
            ? new(schedule, target, policy, alerting, name, tags)
            : throw new JsonException("A part of a job's definition is missing.");
    }

    private static T? Read<T>(ref Utf8JsonReader reader, JsonTypeInfo<T> type)
    {
        reader.Read();
        return JsonSerializer.Deserialize(ref reader, type);
    }

    /// <summary>What was parsed of one kind of part, by its text.</summary>
    private sealed class Parts<T> where T : class
    {
        /// <summary>Where hardly any two are alike, keeping them gains nothing.</summary>
        private const int MostKept = 100_000;

        private readonly JsonTypeInfo<T> _type;
        private readonly ConcurrentDictionary<byte[], T> _kept = new(ByContent.Instance);
        private readonly ConcurrentDictionary<byte[], T>.AlternateLookup<ReadOnlySpan<byte>> _byText;
        private int _count;

        public Parts(JsonTypeInfo<T> type) => (_type, _byText) = (type, _kept.GetAlternateLookup<ReadOnlySpan<byte>>());

        public T? Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
        {
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            var text = json[from..(int)reader.BytesConsumed];
            if (_byText.TryGetValue(text, out var kept)) return kept;
            var parsed = JsonSerializer.Deserialize(text, _type);
            if (parsed is not null && Volatile.Read(ref _count) < MostKept && _kept.TryAdd(text.ToArray(), parsed)) Interlocked.Increment(ref _count);
            return parsed;
        }
    }

    private sealed class ByContent : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly ByContent Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
