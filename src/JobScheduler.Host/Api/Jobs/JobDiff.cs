using System.Text.Json;
using System.Text.Json.Nodes;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Wire;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>A field of a job that is otherwise in another version.</summary>
/// <param name="Field">Its name on the wire, nested ones with a dot.</param>
/// <param name="Before">null: it was not set. A secret is shown as ***.</param>
/// <param name="After">null: it is not set. A secret is shown as ***.</param>
public sealed record FieldChange(string Field, JsonElement? Before, JsonElement? After);

/// <summary>Compares a job's versions field by field, as reads show them; of secrets it only tells that they are not the same.</summary>
internal static class JobDiff
{
    private const string Headers = "headers";

    /// <summary>What every change changes, and what follows from the other fields.</summary>
    private static readonly string[] NotCompared = ["jobId", "version", "createdAt", "updatedAt", "nextExecutionTime", Headers];

    /// <summary>In the order in which reads show the fields; empty when nothing differs.</summary>
    public static IReadOnlyList<FieldChange> Between(Folded<Job> before, Folded<Job> after)
    {
        var (left, right) = (Shown(before), Shown(after));
        return [.. Fields(left, right, path: ""), .. HeaderChanges(before.State.Definition, after.State.Definition)];
    }

    private static JsonObject Shown(Folded<Job> job) =>
        JsonSerializer.SerializeToNode(JobView.Of(Guid.Empty, job, job.UpdatedAt), WireJson.Camel.GetTypeInfo(typeof(JobView)))!.AsObject();

    private static IEnumerable<FieldChange> Fields(JsonObject before, JsonObject after, string path)
    {
        foreach (var name in before.Select(f => f.Key).Union(after.Select(f => f.Key)))
        {
            var (left, right) = (before[name], after[name]);
            if (path.Length == 0 && NotCompared.Contains(name)) continue;
            if (left is JsonObject leftObject && right is JsonObject rightObject)
            {
                foreach (var change in Fields(leftObject, rightObject, $"{path}{name}.")) yield return change;
            }
            else if (!JsonNode.DeepEquals(left, right))
            {
                yield return new(path + name, Element(left), Element(right));
            }
        }
    }

    /// <summary>A value never changes under its id: another id is another value.</summary>
    private static IEnumerable<FieldChange> HeaderChanges(JobDefinition before, JobDefinition after)
    {
        var (left, right) = (Values(before), Values(after));
        foreach (var name in left.Keys.Union(right.Keys))
        {
            Guid? formerly = left.TryGetValue(name, out var a) ? a : null;
            Guid? now = right.TryGetValue(name, out var b) ? b : null;
            if (formerly != now) yield return new($"{Headers}.{name}", Masked(formerly), Masked(now));
        }
    }

    private static Dictionary<string, Guid> Values(JobDefinition job) => job.Target.Headers.ToDictionary(h => h.Name, h => h.ValueId);

    private static JsonElement? Masked(Guid? value) => value is null ? null : Element(JsonValue.Create(HeaderText.Kept));

    private static JsonElement? Element(JsonNode? node) => node?.Deserialize(ApiJson.Default.JsonElement);
}
