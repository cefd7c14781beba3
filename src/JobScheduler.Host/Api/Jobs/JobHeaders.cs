using System.Text.Json;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Dispatching;
using JobScheduler.Host.Secrets;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>
/// The field <c>headers</c>. It replaces the whole set; values are secrets, which no error repeats. <c>Content-Type</c> among them is
/// what the field <c>contentType</c> is.
/// </summary>
internal static class JobHeaders
{
    private const int MaxValueLength = 8 * 1024;
    private const string ContentType = "Content-Type";

    public static JobDraft Read(JobDraft job, JsonField field)
    {
        var headers = new List<HeaderText>();
        foreach (var (name, value) in field.Properties(StringComparer.OrdinalIgnoreCase))
        {
            if (name.Equals(ContentType, StringComparison.OrdinalIgnoreCase))
            {
                job = JobBody.ReadContentType(job, value);
            }
            else if (value.Value.ValueKind != JsonValueKind.String)
            {
                value.Wrong<object?>(null, "text", secret: true);
            }
            else if (JsonField.Unescaped(value.Value) is { Length: <= MaxValueLength } text && text.All(c => c is >= ' ' and <= '~' or '\t'))
            {
                headers.Add(new(name, text));
            }
            else
            {
                value.Fault<object?>(null, $"Give at most {MaxValueLength} printable ASCII characters.", secret: true);
            }
        }

        return job with { Headers = headers };
    }

    /// <summary>What is wrong with the values that are to stay: there is none of that name.</summary>
    public static IEnumerable<FieldError> Check(IReadOnlyList<HeaderText> wanted, IReadOnlyList<TargetHeader> current) => wanted
        .Where(header => header.Value == HeaderText.Kept && Find(current, header.Name) is null)
        .Select(header => new FieldError($"headers.{header.Name}", HeaderText.Kept, "There is no such header whose value could stay; give its value."));

    /// <summary>The headers with their values kept as secrets. A value that is what it was keeps its id.</summary>
    /// <param name="kept">What this request has kept so far: a command that is decided again keeps nothing twice.</param>
    public static async Task<IReadOnlyList<TargetHeader>> KeepAsync(
        this SecretStore secrets,
        IReadOnlyList<HeaderText> wanted,
        IReadOnlyList<TargetHeader> current,
        Dictionary<HeaderText, Guid> kept,
        CancellationToken cancellation)
    {
        var headers = new List<TargetHeader>(wanted.Count);
        foreach (var header in wanted)
        {
            var former = Find(current, header.Name);
            if (former is not null && await secrets.IsSameAsync(header, former, cancellation))
            {
                headers.Add(new(header.Name, former.ValueId));
                continue;
            }

            if (!kept.TryGetValue(header, out var id)) kept[header] = id = await secrets.KeepAsync(header.Value, cancellation);
            headers.Add(new(header.Name, id));
        }

        return headers;
    }

    /// <summary>As <see cref="KeepAsync"/>, but keeps nothing: only whether a value is another can be seen.</summary>
    public static async Task<IReadOnlyList<TargetHeader>> LikenAsync(
        this SecretStore secrets, IReadOnlyList<HeaderText> wanted, IReadOnlyList<TargetHeader> current, CancellationToken cancellation)
    {
        var headers = new List<TargetHeader>(wanted.Count);
        foreach (var header in wanted)
        {
            var former = Find(current, header.Name);
            var isSame = former is not null && await secrets.IsSameAsync(header, former, cancellation);
            headers.Add(new(header.Name, isSame ? former!.ValueId : Guid.NewGuid()));
        }

        return headers;
    }

    /// <summary>The headers in clear, for a call; values that are to stay are those of <paramref name="current"/>.</summary>
    public static async Task<ClearHeader[]> RevealAsync(
        this SecretStore secrets, IReadOnlyList<HeaderText> wanted, IReadOnlyList<TargetHeader> current, CancellationToken cancellation)
    {
        var headers = new ClearHeader[wanted.Count];
        for (var i = 0; i < headers.Length; i++)
        {
            var (name, value) = wanted[i];
            var kept = value == HeaderText.Kept ? Find(current, name) : null;
            headers[i] = new(name, kept is null ? value : await secrets.RevealAsync(kept.ValueId, cancellation));
        }

        return headers;
    }

    private static async ValueTask<bool> IsSameAsync(this SecretStore secrets, HeaderText header, TargetHeader former, CancellationToken cancellation) =>
        header.Value == HeaderText.Kept || await secrets.RevealAsync(former.ValueId, cancellation) == header.Value;

    private static TargetHeader? Find(IReadOnlyList<TargetHeader> headers, string name) =>
        headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
