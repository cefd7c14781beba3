using System.Buffers;
using System.Text;
using JobScheduler.Host.Configuration;

namespace JobScheduler.Host.Dispatching;

/// <summary>Reads an answer to its end, or to a bound, and keeps its beginning if that is text.</summary>
internal sealed class AnswerReader(DispatchOptions options)
{
    private const int BufferBytes = 8 * 1024;

    /// <summary>The first bytes as text; <c>null</c> when there are none or they are not UTF-8 text.</summary>
    public async Task<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(BufferBytes, options.KeepResponseBytes));
        try
        {
            var kept = 0;
            int read;
            while (kept < options.KeepResponseBytes
                && (read = await stream.ReadAsync(buffer.AsMemory(kept, options.KeepResponseBytes - kept), cancellation)) > 0)
            {
                kept += read;
            }

            var text = TextOf(buffer.AsSpan(0, kept));
            // What follows is read so that the connection can be used again; beyond the bound it is closed instead.
            for (var total = kept; total < options.MaxResponseBytes; total += read)
            {
                if ((read = await stream.ReadAsync(buffer, cancellation)) == 0) break;
            }

            return text;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string? TextOf(ReadOnlySpan<byte> bytes)
    {
        // The cut may have gone through a character: up to three of its bytes are left off.
        for (var cut = 0; cut <= 3 && cut < bytes.Length; cut++)
        {
            if (!System.Text.Unicode.Utf8.IsValid(bytes[..^cut])) continue;
            var text = Encoding.UTF8.GetString(bytes[..^cut]);
            return text.Contains('\0', StringComparison.Ordinal) ? null : text;
        }

        return null;
    }
}
