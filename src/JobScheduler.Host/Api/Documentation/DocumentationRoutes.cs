namespace JobScheduler.Host.Api.Documentation;

/// <summary>The OpenAPI document, and a page that browses it.</summary>
internal static class DocumentationRoutes
{
    private const string Document = "/openapi/v1.json";

    public static void AddDocumentation(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer(OpenApiShape.Head);
        options.AddOperationTransformer(OpenApiShape.Fields);
        options.AddSchemaTransformer(OpenApiShape.WireForms);
    });

    public static void MapDocumentation(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.DocumentTitle = "JobScheduler API";
            page.SwaggerEndpoint(Document, "JobScheduler");
        });
    }
}
