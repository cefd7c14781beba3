using System.Text.Json;
using JobScheduler.Domain;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Configuration;
using JobScheduler.Host.Api.Wire;

namespace JobScheduler.Host.Api.Requests;

/// <summary>
/// A field of a JSON body and its value. Each reader gives the value; for <c>null</c> the <c>absent</c> one, and for a value that does
/// not read, after noting the error, likewise.
/// </summary>
internal sealed record JsonField(string Path, JsonElement Value, ICollection<FieldError> Errors)
{
    private const int MaxEcho = 200;

    public bool IsNull => Value.ValueKind == JsonValueKind.Null;

    public string? Text(string? absent = null)
    {
        if (IsNull) return absent;
        if (Value.ValueKind != JsonValueKind.String) return Wrong(absent, "text");
        if (Unescaped(Value) is not { } text) return Fault(absent, "Not valid Unicode: half of a surrogate pair.");
        return text.Contains('\0', StringComparison.Ordinal) ? Fault(absent, "Must not contain the character U+0000.") : text;
    }

    public bool Flag(bool absent) => Value.ValueKind switch
    {
        JsonValueKind.Null => absent,
        JsonValueKind.True or JsonValueKind.False => Value.GetBoolean(),
        _ => Wrong(absent, "true or false"),
    };

    public int Whole(int absent) => IsNull ? absent : Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number)
        ? number
        : Wrong(absent, "a whole number");

    public double Number(double absent) => IsNull ? absent : Value.ValueKind == JsonValueKind.Number && Value.TryGetDouble(out var number)
        ? number
        : Wrong(absent, "a number");

    public TimeSpan? Duration(TimeSpan? absent) => Parsed<TimeSpan>(DurationText.TryParse, absent, DurationText.Examples);

    public DateTimeOffset? Instant(DateTimeOffset? absent) => Parsed<DateTimeOffset>(InstantText.TryParse, absent, InstantText.Example);

    /// <param name="aliases">Other spellings that are read, and what they stand for.</param>
    public T OneOf<T>(T absent, params (string Name, T Value)[] aliases) where T : struct, Enum => Parsed(
        (string text, out T value) => WireName.TryParse(text, out value) || IsAlias(aliases, text, out value),
        absent,
        $"Give one of {string.Join(", ", WireName.All<T>())}")!.Value;

    /// <summary>Each element as a field; none for <c>null</c>.</summary>
    public IEnumerable<JsonField> Elements()
    {
        if (IsNull) return [];
        return Value.ValueKind == JsonValueKind.Array
            ? Value.EnumerateArray().Select((element, i) => this with { Path = $"{Path}[{i}]", Value = element })
            : Wrong<IEnumerable<JsonField>>([], "an array");
    }

    /// <summary>Each property as a field, its path nested in this one's; none for <c>null</c>. A name that comes twice is an error.</summary>
    public IEnumerable<(string Name, JsonField Field)> Properties(StringComparer? comparer = null)
    {
        if (IsNull) yield break;
        if (Value.ValueKind != JsonValueKind.Object)
        {
            Wrong<object?>(null, "an object", secret: true);
            yield break;
        }

        var seen = new HashSet<string>(comparer ?? StringComparer.Ordinal);
        foreach (var property in Value.EnumerateObject())
        {
            var name = NameOf(property);
            var field = this with { Path = Path == "$" ? name : $"{Path}.{name}", Value = property.Value };
            if (seen.Add(name)) yield return (name, field);
            else field.Fault<object?>(null, "Given more than once.", secret: true);
        }
    }

    /// <param name="secret">Whether the value may be one, so that the error does not repeat it.</param>
    public T Fault<T>(T absent, string message, bool secret = false)
    {
        Errors.Add(new(Path, secret ? null : Echo(), message));
        return absent;
    }

    public static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => "null",
    };

    public T Wrong<T>(T absent, string expected, bool secret = false) =>
        Fault(absent, $"Give {expected}; this is {Name(Value.ValueKind)}.", secret);

    private T? Parsed<T>(TryRead<T> parse, T? absent, string expected) where T : struct
    {
        if (IsNull) return absent;
        if (Value.ValueKind != JsonValueKind.String) return Fault(absent, $"{expected}; this is {Name(Value.ValueKind)}.");
        return Unescaped(Value) is { } text && parse(text, out var value) ? value : Fault(absent, $"{expected}.");
    }

    /// <summary>The value as an error shows it: long ones are cut, and what is not Unicode is shown as it was written.</summary>
    private object? Echo() => Value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String when Unescaped(Value) is { } text => Cut(text),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => Value,
        _ => Cut(Value.GetRawText()),
    };

    private static string Cut(string text) => text.Length > MaxEcho ? $"{text[..MaxEcho]}…" : text;

    private static bool IsAlias<T>((string Name, T Value)[] aliases, string text, out T value)
    {
        var alias = Array.Find(aliases, a => a.Name == text);
        value = alias.Value;
        return alias.Name is not null;
    }

    /// <summary><c>null</c> for text that no Unicode string can hold, such as an escaped half of a surrogate pair.</summary>
    public static string? Unescaped(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }
}
