using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using JobScheduler.Host.Api.Requests;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>The fields <c>body</c> and <c>contentType</c>. Who does not say what the body is gets it told by its looks.</summary>
internal static class JobBody
{
    private const string Json = "application/json";
    private const string PlainText = "text/plain; charset=utf-8";

    public static JobDraft Read(JobDraft job, JsonField field) => job.With(job.Target with
    {
        Body = field.Value.ValueKind switch
        {
            JsonValueKind.Object or JsonValueKind.Array => Compact(field),
            JsonValueKind.String or JsonValueKind.Null => field.Text(),
            _ => field.Wrong<string?>(null, "text, or a JSON object or array"),
        },
    });

    public static JobDraft ReadContentType(JobDraft job, JsonField field)
    {
        if (job.ContentTypeGiven) return field.Fault(job, "Give the content type once: as 'contentType' or among the headers.");
        if (field.IsNull) return job.With(job.Target with { ContentType = null });
        var text = field.Text("text/plain")!;
        if (!MediaTypeHeaderValue.TryParse(text, out _)) field.Fault<object?>(null, "Give a media type, such as 'application/json'.");
        return job.With(job.Target with { ContentType = text }) with { ContentTypeGiven = true };
    }

    /// <summary>The draft with the content type that follows from its body, unless the request gives one or an earlier one gave another.</summary>
    public static JobDraft WithContentType(this JobDraft job, string? formerBody, string? formerContentType)
    {
        if (job.ContentTypeGiven) return job;
        var wasTold = formerContentType is not null && formerContentType != LooksLike(formerBody) && job.Target.ContentType is not null;
        return wasTold ? job : job.With(job.Target with { ContentType = LooksLike(job.Target.Body) });
    }

    /// <summary>The content type of a body that nobody said more of.</summary>
    public static string? LooksLike(string? body)
    {
        if (body is null) return null;
        try
        {
            using var document = JsonDocument.Parse(body);
            return Json;
        }
        catch (JsonException)
        {
            return PlainText;
        }
    }

    private static string? Compact(JsonField field)
    {
        using var buffer = new MemoryStream();
        try
        {
            using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                field.Value.WriteTo(writer);
            }
        }
        catch (InvalidOperationException)
        {
            return field.Fault<string?>(null, "Not valid Unicode: half of a surrogate pair.");
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
