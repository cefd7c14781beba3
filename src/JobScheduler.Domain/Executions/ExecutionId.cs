using System.Buffers.Binary;
using System.Security.Cryptography;

namespace JobScheduler.Domain.Executions;

/// <summary>
/// Names of executions. A scheduled one's id is a function of its job and instant, so that a second claim of the same occurrence
/// meets the first as a duplicate stream: a version-8 UUID (RFC 9562, section 5.8) of which the leading 48 bits are the instant in
/// Unix milliseconds, so that the index grows at one end, and the rest is cut from the SHA-256 of the job's id.
/// </summary>
public static class ExecutionId
{
    public static Guid Of(Guid jobId, DateTimeOffset scheduledFor)
    {
        Span<byte> job = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[32];
        Span<byte> id = stackalloc byte[16];
        jobId.TryWriteBytes(job, bigEndian: true, out _);
        SHA256.HashData(job, hash);
        BinaryPrimitives.WriteInt64BigEndian(id, scheduledFor.ToUnixTimeMilliseconds() << 16);
        hash[..10].CopyTo(id[6..]);
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }

    /// <summary>No id of an execution at this instant or later is smaller.</summary>
    public static Guid FirstAt(DateTimeOffset instant) => Bound(instant, 0x00);

    /// <summary>No id of an execution at this instant or earlier is greater.</summary>
    public static Guid LastAt(DateTimeOffset instant) => Bound(instant, 0xFF);

    /// <summary>The instant that an id begins with; of one that cannot be an execution's, the last there is.</summary>
    public static DateTimeOffset InstantOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16;
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
    }

    private static Guid Bound(DateTimeOffset instant, byte fill)
    {
        Span<byte> id = stackalloc byte[16];
        id.Fill(fill);
        BinaryPrimitives.WriteInt64BigEndian(id, (instant.ToUnixTimeMilliseconds() << 16) | (fill == 0 ? 0L : 0xFFFF));
        return new Guid(id, bigEndian: true);
    }
}
