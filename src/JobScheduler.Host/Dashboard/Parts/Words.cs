using JobScheduler.Domain;

namespace JobScheduler.Host.Dashboard.Parts;

/// <summary>What stands on the wire, as people write it.</summary>
internal static class Words
{
    /// <summary><c>AT_MOST_ONCE</c> becomes <c>at most once</c>.</summary>
    public static string Of<T>(T value) where T : struct, Enum =>
        WireName.Of(value).Replace('_', ' ').ToLowerInvariant().Replace("atleast", "at least", StringComparison.Ordinal);
}
