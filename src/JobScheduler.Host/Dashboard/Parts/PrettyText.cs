using System.Text.Encodings.Web;
using System.Text.Json;

namespace JobScheduler.Host.Dashboard.Parts;

/// <summary>Text of others, as it is read best; shown as text, never as markup.</summary>
internal static class PrettyText
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>JSON indented; all else, also JSON that is cut off, as it is.</summary>
    public static string Of(string text)
    {
        if (text.AsSpan().TrimStart() is not ['{' or '[', ..]) return text;
        try
        {
            using var json = JsonDocument.Parse(text);
            return JsonSerializer.Serialize(json.RootElement, Indented);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
