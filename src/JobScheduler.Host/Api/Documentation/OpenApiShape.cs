using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Requests;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace JobScheduler.Host.Api.Documentation;

/// <summary>Tells the OpenAPI document what it cannot see by itself: fields that are read by hand, and the wire's own forms.</summary>
internal static class OpenApiShape
{
    public static Task Head(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info.Title = "JobScheduler";
        document.Info.Description =
            "Fires HTTP requests on cron schedules, keeps every execution, and tells you when one failed. Instants are ISO 8601 in UTC; "
            + "durations are text such as 30s; every refusal is an RFC 9457 problem that names each field and what would be right.";
        document.Servers?.Clear();
        return Task.CompletedTask;
    }

    public static Task Fields(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        operation.Parameters ??= [];
        foreach (var field in context.Description.ActionDescriptor.EndpointMetadata.OfType<RequestField>())
        {
            // Every endpoint takes headers alike; only where something is changed do they say anything.
            if (field.In == ParameterLocation.Header && context.Description.HttpMethod == HttpMethods.Get) continue;
            foreach (var found in operation.Parameters.Where(p => p.Name == field.Name && p.In == field.In).ToList()) operation.Parameters.Remove(found);
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = field.Name,
                In = field.In,
                Required = field.In == ParameterLocation.Path,
                Description = field.Description,
                Schema = field.Schema(),
            });
        }

        return Task.CompletedTask;
    }

    public static Task WireForms(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var underlying = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type);
        var type = underlying ?? context.JsonTypeInfo.Type;
        var text = underlying is null ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
        if (type == typeof(TimeSpan))
        {
            schema.Type = text;
            schema.Pattern = null;
            schema.Examples = ["30s"];
        }
        else if (type == typeof(DateTimeOffset))
        {
            schema.Type = text;
        }
        else if (type == typeof(StatusCodeRange) || type == typeof(RetryCondition))
        {
            schema.Properties = null;
            schema.Required = null;
            schema.Type = JsonSchemaType.Integer | JsonSchemaType.String;
            schema.Examples = [type == typeof(RetryCondition) ? "TIMEOUT" : "200-299"];
        }

        return Task.CompletedTask;
    }
}
