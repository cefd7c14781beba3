using System.Text.Json;
using JobScheduler.Host.Configuration;

namespace JobScheduler.Host.Dashboard.Editor;

/// <summary>Values of a job's fields as the form shows them: nothing for a default, whose text stands there faintly.</summary>
internal static class FieldText
{
    public static string? Duration(TimeSpan? usual, TimeSpan? value) => value is { } given && given != usual ? DurationText.Of(given) : null;

    public static string? Unless<T>(T usual, T value) where T : IFormattable =>
        usual.Equals(value) ? null : value.ToString(null, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Separated by commas.</summary>
    public static string? Unless<T>(IReadOnlyList<T> usual, IReadOnlyList<T> values) => values.SequenceEqual(usual) ? null : string.Join(", ", values);

    /// <summary>Separated by commas; those that have one themselves stand in quotation marks.</summary>
    public static string Tags(IEnumerable<string> tags) =>
        string.Join(", ", tags.Select(tag => tag.Trim() == tag && !tag.Contains(',', StringComparison.Ordinal) && !tag.StartsWith('"') ? tag : JsonSerializer.Serialize(tag)));
}
