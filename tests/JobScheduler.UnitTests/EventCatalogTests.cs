using System.Text.Json;
using System.Text.Json.Nodes;
using JobScheduler.Domain;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.UnitTests;

/// <summary>What is stored stays readable: names, and the exact text of every event.</summary>
public sealed class EventCatalogTests
{
    private static readonly Dictionary<Type, string> StreamOf = new()
    {
        [typeof(JobEvent)] = "job",
        [typeof(ExecutionEvent)] = "execution",
        [typeof(AlertEvent)] = "alert",
    };

    public static TheoryData<int> Samples => [.. Enumerable.Range(0, EventSamples.All.Count)];

    public static TheoryData<string> Names => [.. EventCatalog.All.Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Event_is_written_as_it_always_was(int sample)
    {
        var (@event, name, json) = EventSamples.All[sample];

        JsonSerializer.Serialize(@event, Find(name).JsonTypeInfo).ShouldBe(json);
        Find(name).ClrType.ShouldBe(@event.GetType());
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Event_is_written_the_same_again_when_it_was_read(int sample)
    {
        var (_, name, json) = EventSamples.All[sample];

        Rewritten(name, json).ShouldBe(json);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Event_is_read_when_a_later_version_added_properties_anywhere(int sample)
    {
        var (_, name, json) = EventSamples.All[sample];
        var later = JsonNode.Parse(json)!;
        AddUnknownTo(later);

        later.ToJsonString().ShouldNotBe(json);
        Rewritten(name, later.ToJsonString()).ShouldBe(json);
    }

    /// <summary>PostgreSQL's jsonb, into which the log puts events, keeps no order of properties.</summary>
    [Theory]
    [MemberData(nameof(Samples))]
    public void Event_is_read_when_its_properties_come_in_another_order(int sample)
    {
        var (_, name, json) = EventSamples.All[sample];
        var properties = JsonNode.Parse(json)!.AsObject().Reverse().Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()));

        Rewritten(name, new JsonObject(properties).ToJsonString()).ShouldBe(json);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Event_has_a_sample_of_its_stored_text(string name) => EventSamples.All.ShouldContain(s => s.Name == name);

    [Fact]
    public void Names_and_types_are_unique()
    {
        EventCatalog.All.Select(e => e.Name).ShouldBeUnique();
        EventCatalog.All.Select(e => e.ClrType).ShouldBeUnique();
    }

    [Fact]
    public void Names_are_those_that_Marten_derives_from_the_records() =>
        EventCatalog.All.Select(e => e.Name).ShouldBe(EventCatalog.All.Select(e => JsonNamingPolicy.SnakeCaseLower.ConvertName(e.ClrType.Name)));

    [Fact]
    public void Every_event_of_the_domain_is_cataloged_under_its_stream()
    {
        var events = typeof(EventCatalog).Assembly.GetTypes()
            .Where(t => t.IsSealed && t.BaseType is { } parent && StreamOf.ContainsKey(parent))
            .Select(t => (t, StreamOf[t.BaseType!]));

        EventCatalog.All.Select(e => (e.ClrType, e.StreamType)).ShouldBe(events, ignoreOrder: true);
    }

    [Fact]
    public void Events_cannot_be_derived_from() =>
        typeof(EventCatalog).Assembly.GetTypes()
            .Where(t => StreamOf.Keys.Any(parent => t.IsSubclassOf(parent)))
            .ShouldAllBe(t => t.IsSealed);

    [Fact]
    public void Names_of_a_stream_are_those_of_its_events()
    {
        EventCatalog.NamesIn(EventCatalog.AlertStream)
            .ShouldBe(
            [
                "alert_raised", "alert_acknowledged", "alert_resolved", "alert_delivery_attempt_failed", "alert_delivered",
                "alert_delivery_failed", "alert_redelivery_requested",
            ]);
        EventCatalog.NamesIn("no such stream").ShouldBeEmpty();
    }

    private static CatalogedEvent Find(string name) => EventCatalog.All.Single(e => e.Name == name);

    private static string Rewritten(string name, string json)
    {
        var type = Find(name).JsonTypeInfo;
        return JsonSerializer.Serialize(JsonSerializer.Deserialize(json, type), type);
    }

    private static void AddUnknownTo(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            foreach (var element in array) AddUnknownTo(element);
        }

        if (node is not JsonObject @object) return;
        foreach (var (_, value) in @object.ToList()) AddUnknownTo(value);
        @object.Add("addedLater", new JsonObject { ["x"] = 1 });
    }
}
