using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using JobScheduler.Host.Commands;
using Npgsql;

namespace JobScheduler.IntegrationTests.Api;

/// <summary>What needs a real server, or a database that goes away.</summary>
public sealed class AtTheEdgeTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Two_megabytes_are_refused_cleanly_by_the_real_server()
    {
        await using var factory = host.CreateFactory(host.Database.ConnectionString);
        factory.UseKestrel(0);
        factory.StartServer();
        using var client = factory.CreateClient();
        for (var i = 0; i < 20; i++)
        {
            using var body = new StringContent($"{{\"name\":\"{new string('x', 2 * 1024 * 1024)}\"}}", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(new Uri("/jobs", UriKind.Relative), body);

            answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
            ((string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["type"]!).ShouldBe("urn:jobscheduler:problem:too-large");
        }

        using var output = new StringWriter();
        (await HealthCommand.RunAsync([client.BaseAddress!.ToString()], output)).ShouldBe(0, output.ToString());
    }

    [Fact]
    public async Task Two_megabytes_are_refused_by_any_server()
    {
        var problem = await host.SendAsync(HttpMethod.Post, "/jobs", new { name = new string('x', 2 * 1024 * 1024) }, HttpStatusCode.RequestEntityTooLarge);

        ((string)problem["detail"]!).ShouldContain("1 MiB");
    }

    [Fact]
    public async Task Unreachable_database_is_said_so()
    {
        var settings = new NpgsqlConnectionStringBuilder(host.Database.ConnectionString);
        await using var line = new SeverableLine(settings.Host!, settings.Port);
        settings.Host = "127.0.0.1";
        settings.Port = line.Port;
        settings.Timeout = 5;
        await using var factory = host.CreateFactory(settings.ConnectionString);
        using var client = factory.CreateClient();
        (await client.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);

        line.Sever();

        using var health = await client.GetAsync(new Uri("/health", UriKind.Relative));
        health.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string)JsonNode.Parse(await health.Content.ReadAsStringAsync())!["status"]!).ShouldBe("UNAVAILABLE");
        using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        using var live = await client.GetAsync(new Uri("/health/live", UriKind.Relative));
        live.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var invariants = await client.GetAsync(new Uri("/health/invariants", UriKind.Relative));
        invariants.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        using var jobs = await client.GetAsync(new Uri("/jobs", UriKind.Relative));
        jobs.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var problem = await jobs.Content.ReadAsStringAsync();
        ((string)JsonNode.Parse(problem)!["type"]!).ShouldBe("urn:jobscheduler:problem:unavailable");
        problem.ShouldNotContain("Exception");
    }

    [Fact]
    public async Task Health_command_fails_when_nobody_answers()
    {
        using var output = new StringWriter();

        (await HealthCommand.RunAsync(["http://127.0.0.1:1"], output)).ShouldBe(1);
        (await HealthCommand.RunAsync(["nonsense"], output)).ShouldBe(1);

        output.ToString().ShouldContain("does not answer");
    }

    /// <summary>A way to a server that can be cut.</summary>
    private sealed class SeverableLine : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _severed = new();
        private readonly Task _accepting;

        public SeverableLine(string host, int port)
        {
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _accepting = AcceptAsync(host, port);
        }

        public int Port { get; }

        public void Sever()
        {
            _severed.Cancel();
            _listener.Stop();
        }

        public async ValueTask DisposeAsync()
        {
            if (!_severed.IsCancellationRequested) Sever();
            await _accepting;
            _listener.Dispose();
            _severed.Dispose();
        }

        private async Task AcceptAsync(string host, int port)
        {
            var lines = new List<Task>();
            try
            {
                while (true) lines.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_severed.Token), host, port));
            }
            catch (OperationCanceledException)
            {
                await Task.WhenAll(lines);
            }
        }

        private async Task CarryAsync(TcpClient near, string host, int port)
        {
            using (near)
            using (var far = new TcpClient())
            {
                try
                {
                    await far.ConnectAsync(host, port, _severed.Token);
                    await Task.WhenAny(
                        near.GetStream().CopyToAsync(far.GetStream(), _severed.Token), far.GetStream().CopyToAsync(near.GetStream(), _severed.Token));
                }
                catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
                {
                    // Cut, by us or by an end.
                }
            }
        }
    }
}
