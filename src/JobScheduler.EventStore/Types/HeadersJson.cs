using System.Text.Json;

namespace JobScheduler.EventStore;

/// <summary>
/// The headers column. Read leniently: another writer of the log may store values that are not strings; they are given as their JSON
/// text.
/// </summary>
internal static class HeadersJson
{
    public static byte[] Serialize(IReadOnlyDictionary<string, string> headers) =>
        JsonSerializer.SerializeToUtf8Bytes(headers, HeadersJsonContext.Default.IReadOnlyDictionaryStringString);

    public static IReadOnlyDictionary<string, string> Deserialize(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(
            header => header.Name,
            header => header.Value.ValueKind == JsonValueKind.String ? header.Value.GetString()! : header.Value.GetRawText());
    }
}
