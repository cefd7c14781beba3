using System.Buffers;
using System.Text;
using System.Text.Json;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Problems;

namespace JobScheduler.Host.Api.Requests;

/// <summary>Reads a request's body as a JSON object.</summary>
internal static class JsonBody
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Either the object or the refusal is <c>null</c>; both are when the body is empty and may be.</summary>
    public static async Task<(JsonElement? Object, Problem? Refusal)> ReadAsync(HttpRequest request, bool mayBeEmpty, CancellationToken cancellation)
    {
        if (await BytesAsync(request, cancellation) is not { } bytes) return (null, Refusals.TooLarge);
        if (bytes.Length == 0) return mayBeEmpty ? (null, null) : Wrong("The body is empty; send a JSON object.");
        try
        {
            using var document = JsonDocument.Parse(Utf8.GetString(bytes));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? (document.RootElement.Clone(), null)
                : Wrong($"Send a JSON object; this is {JsonField.Name(document.RootElement.ValueKind)}.");
        }
        catch (JsonException e)
        {
            return Wrong($"Not JSON: line {e.LineNumber + 1}, position {e.BytePositionInLine + 1}.");
        }
        catch (DecoderFallbackException e)
        {
            return Wrong($"Not UTF-8: byte {e.Index + 1}.");
        }
    }

    private static (JsonElement?, Problem?) Wrong(string message) => (null, Refusals.Invalid(new FieldError("$", null, message)));

    /// <summary><c>null</c> when there are more than <see cref="ApiLimits.MaxBodyBytes"/>. They are read to their end nonetheless.</summary>
    private static async Task<byte[]?> BytesAsync(HttpRequest request, CancellationToken cancellation)
    {
        for (var isTooLarge = false; ;)
        {
            var read = await request.BodyReader.ReadAsync(cancellation);
            isTooLarge |= read.Buffer.Length > ApiLimits.MaxBodyBytes;
            if (isTooLarge)
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return null;
                continue;
            }

            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
