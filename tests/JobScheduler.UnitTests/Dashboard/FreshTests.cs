using JobScheduler.Host.Dashboard.Sharing;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobScheduler.UnitTests.Dashboard;

public sealed class FreshTests
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Answer_is_asked_for_once_for_all_who_wait_for_it()
    {
        var (asked, answer) = (0, new TaskCompletionSource<string>());
        var fresh = Create(_ =>
        {
            Interlocked.Increment(ref asked);
            return answer.Task;
        });

        fresh.Latest.ShouldBeNull();
        var readers = Enumerable.Range(0, 10).Select(_ => fresh.WithinAsync(Generous, CancellationToken.None)).ToArray();
        answer.SetResult("so it is");

        (await Task.WhenAll(readers)).ShouldAllBe(read => read == "so it is");
        fresh.Latest.ShouldBe("so it is");
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task Reader_goes_without_an_answer_that_takes_too_long()
    {
        var answer = new TaskCompletionSource<string>();
        var fresh = Create(_ => answer.Task);

        (await fresh.WithinAsync(TimeSpan.FromMilliseconds(1), CancellationToken.None)).ShouldBeNull();
        answer.SetResult("at last");
        (await fresh.WithinAsync(Generous, CancellationToken.None)).ShouldBe("at last");
    }

    [Fact]
    public async Task Latest_answer_stays_when_the_next_fails()
    {
        var (asked, failed) = (0, new TaskCompletionSource());
        var fresh = Create(
            _ =>
            {
                if (++asked == 1) return Task.FromResult("known");
                failed.TrySetResult();
                throw new InvalidOperationException("no database");
            },
            TimeSpan.Zero);

        (await fresh.WithinAsync(Generous, CancellationToken.None)).ShouldBe("known");
        while (!failed.Task.IsCompleted)
        {
            fresh.Latest.ShouldBe("known");
            await Task.Yield();
        }

        fresh.Latest.ShouldBe("known");
    }

    [Fact]
    public async Task Question_that_failed_is_asked_again_soon_however_long_it_had_waited()
    {
        var (time, asked) = (new ManualTime(), 0);
        var fresh = Create(
            _ =>
            {
                asked++;
                time.Advance(TimeSpan.FromSeconds(15));
                throw new TimeoutException("no answer");
            },
            TimeSpan.FromSeconds(2),
            time);

        for (var times = 1; times <= 3; times++)
        {
            await fresh.WithinAsync(Generous, CancellationToken.None);
            asked.ShouldBe(times);
            time.Advance(TimeSpan.FromSeconds(3));
        }
    }

    [Fact]
    public async Task Answer_from_when_somebody_looked_long_ago_is_not_shown_as_news()
    {
        var (time, asked, second) = (new ManualTime(), 0, new TaskCompletionSource<string>());
        var fresh = Create(_ => ++asked == 1 ? Task.FromResult("yesterday") : second.Task, TimeSpan.FromSeconds(2), time);
        (await fresh.WithinAsync(Generous, CancellationToken.None)).ShouldBe("yesterday");

        time.Advance(TimeSpan.FromHours(12));
        (await fresh.WithinAsync(TimeSpan.FromMilliseconds(1), CancellationToken.None)).ShouldBeNull();
        second.SetResult("today");
        (await fresh.WithinAsync(Generous, CancellationToken.None)).ShouldBe("today");
    }

    private static Fresh<string> Create(Func<CancellationToken, Task<string>> ask, TimeSpan? shortest = null, TimeProvider? time = null) =>
        new(ask, shortest ?? Generous, time ?? TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    /// <summary>Its clock stands still unless it is moved; waits are real.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
    }
}
