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

    /// <summary><c>null</c> when there are more than <see cref="ApiLimits.MaxBodyBytes"/>. Kestrel refuses most of these itself; this holds for all servers.</summary>
    private static async Task<byte[]?> BytesAsync(HttpRequest request, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellation);
            if (read.Buffer.Length > ApiLimits.MaxBodyBytes)
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return null;
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
