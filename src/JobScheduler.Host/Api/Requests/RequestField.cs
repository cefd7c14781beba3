using System.Globalization;
using JobScheduler.Domain;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Wire;
using Microsoft.OpenApi;

namespace JobScheduler.Host.Api.Requests;

/// <summary>
/// A part of the path, a query parameter or a header that an endpoint takes: how it is read, what would be right, and what the documentation
/// says of it. Declared beside the route with <see cref="RequestReading.Takes"/>, which see.
/// </summary>
internal abstract record RequestField(string Name, ParameterLocation In, string Description, Func<OpenApiSchema> Schema)
{
    /// <summary>The value, also a default; or <c>null</c> with an error.</summary>
    public abstract object? Read(string? text, ICollection<FieldError> errors);

    public static RequestField<Guid> Id(string name, string description) =>
        new(name, ParameterLocation.Path, description, UuidSchema, "Give a UUID, such as 019aa5b0-5c6e-7d2e-9a39-2f1f0c5d7e11.", Guid.TryParse);

    public static RequestField<Guid?> Uuid(string name, string description) =>
        new(name, ParameterLocation.Query, description, UuidSchema, "Give a UUID.", Optional<Guid>(Guid.TryParse));

    public static RequestField<string?> Text(string name, string description, int maxLength = 200, ParameterLocation where = ParameterLocation.Query) =>
        new(name, where, description, () => new() { Type = JsonSchemaType.String, MaxLength = maxLength }, $"Give 1 to {maxLength} characters.",
            (string text, out string? value) => (value = text).Length > 0 && text.Length <= maxLength);

    public static RequestField<int> Count(string name, string description, int absent, int most) =>
        new(name, ParameterLocation.Query, description,
            () => new() { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = $"{most}", Default = absent },
            $"Give a whole number from 1 to {most}.",
            (string text, out int value) =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1 && value <= most,
            absent);

    public static RequestField<bool> Flag(string name, string description, bool absent) =>
        new(name, ParameterLocation.Query, description, () => new() { Type = JsonSchemaType.Boolean, Default = absent },
            "Give true or false.",
            (string text, out bool value) => (value = text == "true") || text == "false",
            absent);

    public static RequestField<long?> Number(string name, string description, long least) =>
        new(name, ParameterLocation.Query, description,
            () => new() { Type = JsonSchemaType.Integer, Format = "int64", Minimum = $"{least}" },
            $"Give a whole number, {least} or more.",
            Optional((string text, out long value) =>
                long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least));

    public static RequestField<DateTimeOffset?> Instant(string name, string description) =>
        new(name, ParameterLocation.Query, description, () => new() { Type = JsonSchemaType.String, Format = "date-time" },
            $"{InstantText.Example} (in a URL, + is written %2B).", Optional<DateTimeOffset>(InstantText.TryParse));

    /// <summary>One of an enum's wire names; <paramref name="among"/> leaves some out.</summary>
    public static RequestField<T?> OneOf<T>(string name, string description, params T[] among) where T : struct, Enum
    {
        var names = (among.Length > 0 ? among : Enum.GetValues<T>()).Select(WireName.Of).ToArray();
        return new(name, ParameterLocation.Query, description,
            () => new() { Type = JsonSchemaType.String, Enum = [.. names.Select(n => System.Text.Json.Nodes.JsonValue.Create(n))] },
            $"Give one of {string.Join(", ", names)}.",
            Optional((string text, out T value) => WireName.TryParse(text, out value) && names.Contains(text)));
    }

    private static OpenApiSchema UuidSchema() => new() { Type = JsonSchemaType.String, Format = "uuid" };

    private static TryRead<T?> Optional<T>(TryRead<T> read) where T : struct => (string text, out T? value) =>
    {
        var isRead = read(text, out var given);
        value = isRead ? given : null;
        return isRead;
    };
}

/// <returns>Whether the text is right.</returns>
internal delegate bool TryRead<T>(string text, out T value);

/// <param name="Expected">What would be right.</param>
/// <param name="Absent">What it is when it is not given.</param>
internal sealed record RequestField<T>(
    string Name, ParameterLocation In, string Description, Func<OpenApiSchema> Schema, string Expected, TryRead<T> Parse, T Absent = default!)
    : RequestField(Name, In, Description, Schema)
{
    /// <summary>What the request that is being handled gave. The endpoint must have declared that it takes the field.</summary>
    public T Of(HttpContext http) => (T)http.Items[this]!;

    public override object? Read(string? text, ICollection<FieldError> errors)
    {
        if (text is null) return Absent;
        if (!text.Contains('\0', StringComparison.Ordinal) && Parse(text, out var value)) return value;
        errors.Add(new(Name, text, Expected));
        return null;
    }
}
