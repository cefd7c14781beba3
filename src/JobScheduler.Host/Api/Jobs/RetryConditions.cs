using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Requests;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>The field <c>retry.on</c>: kinds of failure, and status codes.</summary>
internal static class RetryConditions
{
    public static RetryPolicy Read(RetryPolicy retry, JsonField field)
    {
        if (field.IsNull) return retry with { On = null };
        List<RetryCondition> given = [.. field.Elements().Select(One).Distinct()];
        return retry with { On = given.SequenceEqual(RetryCondition.Defaults) ? null : given };
    }

    private static RetryCondition One(JsonField condition)
    {
        if (StatusCodeText.Read(condition) is { } codes) return new(StatusCodes: codes);
        return condition.Value.ValueKind == System.Text.Json.JsonValueKind.String
            && WireName.TryParse<FailureKind>(JsonField.Unescaped(condition.Value) ?? "", out var kind)
            && RetryCondition.Kinds.Contains(kind)
            ? new(kind)
            : condition.Fault(RetryCondition.Defaults[0], "Give TIMEOUT, CONNECTION, a status code such as 429, or a range such as \"500-599\" or \"5xx\".");
    }
}
