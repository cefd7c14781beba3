using System.Globalization;
using System.Text.Json;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Requests;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>The field <c>successCodes</c>: numbers, and ranges such as <c>"200-299"</c>.</summary>
internal static class SuccessCodes
{
    public static JobDraft Read(JobDraft job, JsonField field) => job.With(job.Target with
    {
        SuccessCodes = field.IsNull ? [StatusCodeRange.Success] : [.. field.Elements().Select(One).Distinct()],
    });

    private static StatusCodeRange One(JsonField code)
    {
        if (code.Value.ValueKind == JsonValueKind.Number && code.Value.TryGetInt32(out var number)) return new(number, number);
        if (code.Value.ValueKind == JsonValueKind.String && code.Text("")!.Split('-') is { Length: 1 or 2 } ends
            && IsCode(ends[0], out var from) && IsCode(ends[^1], out var to))
        {
            return new(from, to);
        }

        return code.Fault(StatusCodeRange.Success, "Give a status code such as 204, or a range such as \"200-299\".");
    }

    private static bool IsCode(string text, out int code) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out code);
}
