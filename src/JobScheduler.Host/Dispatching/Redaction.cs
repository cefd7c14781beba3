namespace JobScheduler.Host.Dispatching;

/// <summary>Takes a call's own secrets out of what its receiver says, before that is recorded.</summary>
internal static class Redaction
{
    /// <summary>Shorter values are no secrets, and would be found in any text.</summary>
    private const int ShortestSecret = 6;

    public static string? Redact(this string? text, ClearHeader[] headers)
    {
        if (text is null) return null;
        foreach (var (_, value) in headers)
        {
            text = Redact(text, value);
            // Of "Bearer abc" the receiver may repeat "abc" alone.
            if (value.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space) text = Redact(text, value[(space + 1)..]);
        }

        return text;
    }

    private static string Redact(string text, string secret) =>
        secret.Length < ShortestSecret ? text : text.Replace(secret, "***", StringComparison.Ordinal);
}
