using System.Text.Json;
using System.Text.Json.Serialization;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Configuration;

namespace JobScheduler.Host.Api.Wire;

// The wire's own forms. Requests are read field by field, so that each mistake is named; these only write.

internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        InstantText.TryParse(reader.GetString()!, out var instant) ? instant : throw new JsonException(InstantText.Example);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(InstantText.Write(value, stackalloc byte[InstantText.Room]));
}

internal sealed class EpochMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeMilliseconds());
}

/// <summary>1 and 0 for true and false; <c>null</c> stays.</summary>
internal sealed class OneOrZeroConverter : JsonConverter<bool?>
{
    public override bool? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? null : reader.GetInt32() == 1;

    public override void Write(Utf8JsonWriter writer, bool? value, JsonSerializerOptions options)
    {
        if (value is { } given) writer.WriteNumberValue(given ? 1 : 0);
        else writer.WriteNullValue();
    }
}

internal sealed class DurationConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DurationText.TryParse(reader.GetString()!, out var duration) ? duration : throw new JsonException(DurationText.Examples);

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(DurationText.Of(value));
}

/// <summary>A single code as a number, a range as text.</summary>
internal sealed class StatusCodeRangeConverter : JsonConverter<StatusCodeRange>
{
    public override StatusCodeRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Status codes are read by the job's own reader.");

    public override void Write(Utf8JsonWriter writer, StatusCodeRange value, JsonSerializerOptions options)
    {
        if (value.From == value.To) writer.WriteNumberValue(value.From);
        else writer.WriteStringValue(value.ToString());
    }
}

/// <summary>A kind of failure as text, status codes as <see cref="StatusCodeRangeConverter"/> has them.</summary>
internal sealed class RetryConditionConverter : JsonConverter<RetryCondition>
{
    private static readonly StatusCodeRangeConverter StatusCodes = new();

    public override RetryCondition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Conditions are read by the job's own reader.");

    public override void Write(Utf8JsonWriter writer, RetryCondition value, JsonSerializerOptions options)
    {
        if (value.StatusCodes is { } codes) StatusCodes.Write(writer, codes, options);
        else writer.WriteStringValue(value.ToString());
    }
}
