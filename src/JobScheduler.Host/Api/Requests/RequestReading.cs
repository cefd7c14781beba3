using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Problems;
using Microsoft.OpenApi;

namespace JobScheduler.Host.Api.Requests;

/// <summary>
/// Reads what endpoints declare to take before they run, and refuses the request with all that is wrong: fields that do not read,
/// and query parameters that the endpoint does not know.
/// </summary>
internal static class RequestReading
{
    /// <summary>Declares the path and query fields of an endpoint; its handler asks them for their values with <c>field.Of(http)</c>.</summary>
    public static TBuilder Takes<TBuilder>(this TBuilder endpoint, params RequestField[] fields) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(fields.Cast<object>().ToArray());

    /// <summary>For the group that all of them are in.</summary>
    public static async ValueTask<object?> Filter(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var errors = Read(context.HttpContext);
        return errors.Count > 0 ? Refusals.Invalid(errors) : await next(context);
    }

    private static List<FieldError> Read(HttpContext http)
    {
        var errors = new List<FieldError>();
        var fields = http.GetEndpoint()!.Metadata.GetOrderedMetadata<RequestField>();
        foreach (var field in fields)
        {
            var given = field.In == ParameterLocation.Path
                ? http.Request.RouteValues[field.Name] as string
                : http.Request.Query[field.Name] switch
                {
                    [] => null,
                    [var one] => one,
                    _ => Twice(field.Name, errors),
                };
            http.Items[field] = field.Read(given, errors);
        }

        var known = fields.Where(f => f.In == ParameterLocation.Query).Select(f => f.Name).ToList();
        foreach (var name in http.Request.Query.Keys.Where(k => !known.Contains(k, StringComparer.OrdinalIgnoreCase)))
        {
            errors.Add(new(name, http.Request.Query[name].ToString(), NearMiss.Unknown("query parameter", name, known)));
        }

        return errors;
    }

    private static string? Twice(string name, List<FieldError> errors)
    {
        errors.Add(new(name, null, "Give it once."));
        return null;
    }
}
