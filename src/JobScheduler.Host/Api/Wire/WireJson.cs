using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using JobScheduler.Domain;

namespace JobScheduler.Host.Api.Wire;

/// <summary>How answers are written: <see cref="Camel"/> unless <c>?style=snake</c> asks for <see cref="Snake"/>.</summary>
internal static class WireJson
{
    private static readonly IJsonTypeInfoResolver Types = JsonTypeInfoResolver.Combine(ApiJson.Default, EventJson.Default);

    public static readonly JsonSerializerOptions Camel = Frozen(Configure(new JsonSerializerOptions()));

    /// <summary>snake_case names, instants as Unix milliseconds, <c>success</c> as 1 or 0.</summary>
    public static readonly JsonSerializerOptions Snake = Frozen(ToSnake(Configure(new JsonSerializerOptions())));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DictionaryKeyPolicy = null; // header names and the like are data
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping; // application/json, never a piece of a page
        options.RespectNullableAnnotations = true; // what is never null is documented so
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new DurationConverter());
        options.Converters.Add(new StatusCodeRangeConverter());
        options.Converters.Add(new RetryConditionConverter());
        options.Converters.Add(new JsonStringEnumConverter());
        options.TypeInfoResolverChain.Insert(0, Types);
        return options;
    }

    private static JsonSerializerOptions ToSnake(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Converters.Insert(0, new EpochMillisecondsConverter());
        options.TypeInfoResolver = Types.WithAddedModifier(type =>
        {
            foreach (var property in type.Properties.Where(p => p.Name == "success" && p.PropertyType == typeof(bool?))) property.CustomConverter = new OneOrZeroConverter();
        });
        return options;
    }

    private static JsonSerializerOptions Frozen(JsonSerializerOptions options)
    {
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
