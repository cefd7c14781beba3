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
    /// <summary>Declares the path, query and header fields of an endpoint; its handler asks them for their values with <c>field.Of(http)</c>.</summary>
    public static TBuilder Takes<TBuilder>(this TBuilder endpoint, params RequestField[] fields) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(fields.Cast<object>().ToArray());

    /// <summary>For the group that all of them are in.</summary>
    public static async ValueTask<object?> Filter(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var errors = Read(context.HttpContext);
        return errors.Count > 0 ? Refusals.Invalid(errors) : await next(context);
    }

    /// <summary>For the dashboard's pages, whose addresses may also leave a field empty: reads query parameters that an endpoint declares.</summary>
    public static IReadOnlyList<FieldError> ReadQuery(HttpContext http, params IReadOnlyList<RequestField> fields)
    {
        var errors = new List<FieldError>();
        foreach (var field in fields)
        {
            var given = http.Request.Query[field.Name].ToString();
            http.Items[field] = field.Read(given.Length == 0 ? null : given, errors);
        }

        return errors;
    }

    private static List<FieldError> Read(HttpContext http)
    {
        var errors = new List<FieldError>();
        var fields = http.GetEndpoint()!.Metadata.GetOrderedMetadata<RequestField>();
        foreach (var field in fields)
        {
            http.Items[field] = field.Read(Given(http.Request, field, errors), errors);
        }

        var known = fields.Where(f => f.In == ParameterLocation.Query).Select(f => f.Name).ToList();
        foreach (var name in http.Request.Query.Keys.Where(k => !known.Contains(k, StringComparer.OrdinalIgnoreCase)))
        {
            errors.Add(new(name, http.Request.Query[name].ToString(), NearMiss.Unknown("query parameter", name, known)));
        }

        return errors;
    }

    private static string? Given(HttpRequest request, RequestField field, List<FieldError> errors)
    {
        if (field.In == ParameterLocation.Path) return request.RouteValues[field.Name] as string;
        return (field.In == ParameterLocation.Header ? request.Headers[field.Name] : request.Query[field.Name]) switch
        {
            [] => null,
            [var one] => one,
            _ => Twice(field.Name, errors),
        };
    }

    private static string? Twice(string name, List<FieldError> errors)
    {
        errors.Add(new(name, null, "Give it once."));
        return null;
    }
}
