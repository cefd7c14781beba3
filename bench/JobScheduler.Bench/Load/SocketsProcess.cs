using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace JobScheduler.Bench.Load;

/// <summary>
/// What no scheduler on this machine can be faster than: at each second as many requests, encoded ahead, are written to as many open
/// sockets. No schedule, no HTTP client, no record.
/// </summary>
internal static class SocketsProcess
{
    public const string Name = "sockets";
    public const string Ready = "The sockets are connected.";
    private static readonly TimeSpan SpinFor = TimeSpan.FromMilliseconds(3);

    /// <summary>Arguments: the receiver's URL and the number of requests a second.</summary>
    public static int Run(string[] args)
    {
        var (target, count) = (new Uri(args[0]), int.Parse(args[1], CultureInfo.InvariantCulture));
        var jobs = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToArray();
        var sockets = Array.ConvertAll(jobs, _ => new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        foreach (var socket in sockets) socket.Connect(target.Host, target.Port);
        Console.WriteLine(Ready);
        var answer = new byte[4096];
        while (true)
        {
            var instant = Clock.SecondAfter(TimeSpan.FromMilliseconds(100));
            var requests = Array.ConvertAll(jobs, job => Encode(target, job, instant));
            Thread.Sleep(TimeSpan.FromTicks(Math.Max(0, (instant - SpinFor - DateTimeOffset.UtcNow).Ticks)));
            while (DateTimeOffset.UtcNow < instant) Thread.SpinWait(20);
            Parallel.For(0, Environment.ProcessorCount, slice =>
            {
                for (var i = slice; i < count; i += Environment.ProcessorCount) sockets[i].Send(requests[i]);
            });
            foreach (var socket in sockets) socket.Receive(answer);
        }
    }

    /// <summary>With the headers that ours has.</summary>
    private static byte[] Encode(Uri target, Guid job, DateTimeOffset instant) => Encoding.ASCII.GetBytes(
        $"POST {target.AbsolutePath} HTTP/1.1\r\nHost: {target.Authority}\r\nIdempotency-Key: {job}\r\nX-Job-Id: {job}\r\nX-Execution-Id: {job}\r\n"
        + $"X-Scheduled-For: {instant.UtcDateTime:O}\r\nX-Attempt: 1\r\ntraceparent: 00-{job:n}-0123456789abcdef-01\r\nContent-Length: 0\r\n\r\n");
}
