using JobScheduler.Host.Scheduling;

namespace JobScheduler.UnitTests.Host.Scheduling;

public sealed class SchedulerInboxTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly SchedulerInbox _inbox = new(TimeProvider.System);

    [Fact]
    public void Messages_come_in_the_order_in_which_they_were_posted()
    {
        SchedulerMessage first = new SchedulerMessage.LookForOpen(null), second = new SchedulerMessage.LookFailed();
        _inbox.Post(first);
        _inbox.Post(second);

        _inbox.TryTake(out var message).ShouldBeTrue();
        message.ShouldBe(first);
        _inbox.TryTake(out message).ShouldBeTrue();
        message.ShouldBe(second);
        _inbox.TryTake(out _).ShouldBeFalse();
    }

    [Fact]
    public Task Wait_ends_when_a_message_has_come_before() => Ends(
        () => _inbox.Wait(null, null),
        before: () => _inbox.Post(new SchedulerMessage.LookFailed()));

    [Fact]
    public Task Wait_ends_when_woken_without_a_message() => Ends(() => _inbox.Wait(null, null), before: _inbox.Wake);

    [Fact]
    public Task Wait_ends_at_once_when_the_claim_is_due() => Ends(() => _inbox.Wait(Now().AddHours(1), Now().AddSeconds(-1)));

    [Fact]
    public Task Wait_ends_at_once_when_the_sending_is_due() => Ends(() => _inbox.Wait(Now().AddSeconds(-1), Now().AddHours(1)));

    [Fact]
    public Task Wait_ends_within_its_longest_sleep_when_nothing_is_due() => Ends(() => _inbox.Wait(null, null));

    /// <summary>The last wait before an instant, which is called within the stretch that is spent spinning.</summary>
    [Fact]
    public void Wait_never_ends_before_the_instant_of_sending_when_called_shortly_before_it()
    {
        for (var n = 0; n < 200; n++)
        {
            var send = Now().AddMilliseconds(1);

            _inbox.Wait(send, claim: n % 2 == 0 ? null : send.AddSeconds(1));

            Now().ShouldBeGreaterThanOrEqualTo(send);
        }
    }

    [Fact]
    public async Task Wait_wakes_for_every_message_when_other_threads_post_without_end()
    {
        const int Threads = 4, MessagesOfEach = 20_000;
        var taken = 0;
        var posters = Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var n = 0; n < MessagesOfEach; n++) _inbox.Post(new SchedulerMessage.LookFailed());
            },
            TaskCreationOptions.LongRunning)).ToArray();

        await Ends(() =>
        {
            while (taken < Threads * MessagesOfEach)
            {
                while (_inbox.TryTake(out _)) taken++;
                if (taken < Threads * MessagesOfEach) _inbox.Wait(null, null);
            }
        });

        await Task.WhenAll(posters).WaitAsync(Limit);
        taken.ShouldBe(Threads * MessagesOfEach);
        _inbox.TryTake(out _).ShouldBeFalse();
    }

    private static DateTimeOffset Now() => TimeProvider.System.GetUtcNow();

    private static Task Ends(Action wait, Action? before = null)
    {
        before?.Invoke();
        return Task.Factory.StartNew(wait, TaskCreationOptions.LongRunning).WaitAsync(Limit);
    }
}
