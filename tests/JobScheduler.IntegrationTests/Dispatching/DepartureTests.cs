using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace JobScheduler.IntegrationTests.Dispatching;

public sealed class DepartureTests
{
    private static readonly X509Certificate2 Certificate = SelfSigned();

    [Theory]
    [InlineData("http", 0, 0)]
    [InlineData("https", 0, 0)]
    [InlineData("http", 30_000, 0)]
    [InlineData("https", 30_000, 0)]
    [InlineData("http", 0, 1_000_000)]
    [InlineData("https", 30_000, 1_000_000)]
    public async Task Request_leaves_whole_at_its_departure_and_not_before(string scheme, int headerBytes, int bodyBytes)
    {
        await using var server = await ServerAsync(scheme, out var arrivals);
        var url = UrlOf(server);
        using var held = new HeldRequest(url, headerBytes, bodyBytes);
        await held.WaitsAsync(url);
        held.Departure.HasLeft.ShouldBeFalse();
        arrivals.ShouldBeEmpty();

        var departed = held.Depart();
        using var response = await held.Response;

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        held.Departure.HasLeft.ShouldBeTrue();
        var (at, headers, body) = arrivals.Single();
        at.ShouldBeGreaterThanOrEqualTo(departed);
        headers.ShouldBe(headerBytes);
        body.ShouldBe(bodyBytes);
    }

    [Fact]
    public async Task Plain_request_sends_not_a_byte_before_its_departure()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var held = new HeldRequest($"http://127.0.0.1:{PortOf(listener)}/");
        using var connection = await listener.AcceptSocketAsync();
        await held.WaitsAsync();
        var first = Task.Run(() =>
        {
            var buffer = new byte[1];
            connection.Receive(buffer).ShouldBe(1);
            return Stopwatch.GetTimestamp();
        });
        // Long enough for what would have left to be seen; what is asserted does not depend on it.
        await Task.WhenAny(first, Task.Delay(TimeSpan.FromMilliseconds(300)));

        var departed = held.Depart();

        (await first).ShouldBeGreaterThanOrEqualTo(departed);
    }

    [Fact]
    public async Task Request_that_is_written_after_its_departure_leaves_at_once()
    {
        await using var server = await ServerAsync("http", out var arrivals);
        using var held = new HeldRequest(UrlOf(server));

        held.Depart();
        using var response = await held.Response;

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        arrivals.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_leaves_when_the_other_end_has_closed_the_connection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var held = new HeldRequest($"http://127.0.0.1:{PortOf(listener)}/");
        using (await listener.AcceptSocketAsync()) { }
        await NothingLeavesAsync(held);
    }

    /// <summary>TLS ends with a message of its own before the connection does: there is something to be read.</summary>
    [Fact]
    public async Task Nothing_leaves_when_the_other_end_has_taken_leave_of_TLS()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var held = new HeldRequest($"https://127.0.0.1:{PortOf(listener)}/");
        using (var connection = await listener.AcceptTcpClientAsync())
        await using (var encrypted = new SslStream(connection.GetStream()))
        {
            await encrypted.AuthenticateAsServerAsync(Certificate);
            await encrypted.ShutdownAsync();
        }

        await NothingLeavesAsync(held);
    }

    [Fact]
    public async Task Nothing_leaves_when_it_was_cancelled_before()
    {
        await using var server = await ServerAsync("http", out var arrivals);
        var url = UrlOf(server);
        using var held = new HeldRequest(url);
        await held.WaitsAsync(url);

        await held.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(held.Response);
        held.Depart();

        held.Departure.HasLeft.ShouldBeFalse();
        await held.WaitsAsync(url);
        arrivals.ShouldBeEmpty();
    }

    /// <summary>Of a request whose connection the other end has closed.</summary>
    private static async Task NothingLeavesAsync(HeldRequest held)
    {
        await held.WaitsAsync();
        held.UntilClosedByPeer();

        held.Depart();

        await Should.ThrowAsync<HttpRequestException>(held.Response);
        held.Departure.HasLeft.ShouldBeFalse();
    }

    /// <summary>Answers everything; notes POST requests: when they came, and how long their header and body were.</summary>
    private static Task<WebApplication> ServerAsync(string scheme, out ConcurrentQueue<(long At, int Header, int Body)> arrivals)
    {
        var seen = arrivals = [];
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (scheme == "https") listen.UseHttps(Certificate);
        }));
        var app = builder.Build();
        app.Run(async http =>
        {
            var at = Stopwatch.GetTimestamp();
            if (!HttpMethods.IsPost(http.Request.Method)) return;
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            seen.Enqueue((at, http.Request.Headers["X-Long"].ToString().Length, (int)body.Length));
        });
        return StartAsync(app);
    }

    private static async Task<WebApplication> StartAsync(WebApplication app)
    {
        await app.StartAsync();
        return app;
    }

    private static string UrlOf(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
