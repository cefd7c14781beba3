using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace JobScheduler.EventStore;

/// <summary>One numbered step of a module's schema.</summary>
/// <param name="Module">The owner of the numbering, e.g. <c>event_store</c>.</param>
/// <param name="Version">From 1, without a gap within the module.</param>
/// <param name="Name">What the step does, for the reader of <c>schema_versions</c>.</param>
/// <param name="Sql">Statements; <c>{schema}</c> stands for the schema's name. A script that was released never changes.</param>
public sealed partial record SchemaScript(string Module, int Version, string Name, string Sql)
{
    /// <summary>The scripts of the event log itself.</summary>
    public static IReadOnlyList<SchemaScript> EventStore { get; } = FromResources(typeof(SchemaScript).Assembly, "event_store");

    /// <summary>The module's scripts, embedded in an assembly as <c>….Schema.0001_what_it_does.sql</c>; ordered by version.</summary>
    public static IReadOnlyList<SchemaScript> FromResources(Assembly assembly, string module)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return [.. assembly.GetManifestResourceNames()
            .Select(resource => (resource, match: ResourceName.Match(resource)))
            .Where(found => found.match.Success)
            .Select(found => new SchemaScript(
                module,
                int.Parse(found.match.Groups["version"].ValueSpan, CultureInfo.InvariantCulture),
                found.match.Groups["name"].Value,
                Read(assembly, found.resource)))
            .OrderBy(script => script.Version)];
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\.Schema\.(?<version>\d{4})_(?<name>[a-z0-9_]+)\.sql$")]
    private static partial Regex ResourceName { get; }
}
