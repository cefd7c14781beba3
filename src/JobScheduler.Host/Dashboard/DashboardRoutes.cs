using System.Reflection;
using JobScheduler.Host.Dashboard.Activity;
using JobScheduler.Host.Dashboard.Census;
using JobScheduler.Host.Dashboard.Editor;
using JobScheduler.Host.Dashboard.JobParts;
using JobScheduler.Host.Dashboard.Live;
using JobScheduler.Host.Dashboard.Overview;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace JobScheduler.Host.Dashboard;

/// <summary>The pages for people: the overview at <c>/</c>, all others below <c>/ui</c>.</summary>
internal static class DashboardRoutes
{
    private const string Pages = "/ui";

    /// <summary>Nothing but what this host serves; markup of jobs and receivers is shown as text in any case.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

    public static void AddDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSingleton<ScheduleCensus>();
        services.AddSingleton<RecentActivity>();
        services.AddSingleton<Situation>();
        services.AddSingleton<LedgerTallies>();
    }

    public static void MapDashboard(this WebApplication app)
    {
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new EmbeddedFileProvider(Assembly.GetExecutingAssembly(), "Dashboard"),
            RequestPath = "/assets",
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache",
        });
        app.UseWhen(http => IsPage(http.Request.Path), pages => pages.Use(PrepareAsync));
        app.UseAntiforgery();
        app.MapRazorComponents<App>().ExcludeFromDescription();
        app.MapLive();
        app.MapEditor();
    }

    /// <summary>Whether people see what is there, and so are told of problems in a page as well.</summary>
    public static bool IsPage(PathString path) => path == "/" || path.StartsWithSegments(Pages, StringComparison.OrdinalIgnoreCase);

    /// <summary>Tells the browser what it may load, and how long the page took: an open page is fetched again all the more seldom.</summary>
    private static Task PrepareAsync(HttpContext http, RequestDelegate next)
    {
        var started = TimeProvider.System.GetTimestamp();
        http.Response.OnStarting(() =>
        {
            var headers = http.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers[HeaderNames.CacheControl] = "no-store";
            headers["Server-Timing"] = string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"page;dur={TimeProvider.System.GetElapsedTime(started).TotalMilliseconds:0.0}");
            return Task.CompletedTask;
        });
        return next(http);
    }
}
