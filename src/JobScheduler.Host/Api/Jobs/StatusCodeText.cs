using System.Globalization;
using System.Text.Json;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Requests;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>Status codes as requests give them: a number, or text such as <c>"204"</c>, <c>"200-299"</c> or <c>"5xx"</c>.</summary>
internal static class StatusCodeText
{
    /// <summary><c>null</c> when it is none of these.</summary>
    public static StatusCodeRange? Read(JsonField field) => field.Value.ValueKind switch
    {
        JsonValueKind.Number when field.Value.TryGetInt32(out var number) => new(number, number),
        JsonValueKind.String when JsonField.Unescaped(field.Value) is { } text => Parse(text.Trim()),
        _ => null,
    };

    private static StatusCodeRange? Parse(string text)
    {
        if (text is [>= '1' and <= '5' and var hundreds, 'x' or 'X', 'x' or 'X']) return new((hundreds - '0') * 100, ((hundreds - '0') * 100) + 99);
        return text.Split('-') is { Length: 1 or 2 } ends && IsCode(ends[0], out var from) && IsCode(ends[^1], out var to) ? new(from, to) : null;
    }

    private static bool IsCode(string text, out int code) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out code);
}
