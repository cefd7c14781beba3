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

    private static StatusCodeRange One(JsonField code) => StatusCodeText.Read(code)
        ?? code.Fault(StatusCodeRange.Success, "Give a status code such as 204, or a range such as \"200-299\" or \"2xx\".");
}
