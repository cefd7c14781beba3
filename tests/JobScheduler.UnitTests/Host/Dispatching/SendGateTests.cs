using JobScheduler.Host.Dispatching;

namespace JobScheduler.UnitTests.Host.Dispatching;

public sealed class SendGateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private int _waiting;

    [Fact]
    public void Single_call_does_not_close_the_gate()
    {
        var gate = Gate();

        gate.Begin(1);

        gate.Open.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task Gate_opens_when_the_burst_is_sent()
    {
        var gate = Gate();
        gate.Begin(2);
        gate.Sent();
        var open = gate.Open;
        open.IsCompleted.ShouldBeFalse();

        gate.Sent();

        await open.WaitAsync(Patience);
        gate.Open.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task Gate_opens_although_calls_wait_for_a_place_for_ever()
    {
        _waiting = 1;
        var gate = Gate();
        gate.Begin(2);
        gate.Sent();
        gate.Sent();

        await gate.Open.WaitAsync(Patience);
    }

    [Fact]
    public async Task Burst_that_begins_while_another_ends_has_its_own_time()
    {
        _waiting = 1;
        var gate = Gate();
        gate.Begin(2);
        gate.Sent();
        gate.Sent();
        var first = gate.Open;
        gate.Begin(2);
        _waiting = 0;

        await first.WaitAsync(Patience);
        var second = gate.Open;
        second.IsCompleted.ShouldBeFalse("the second burst is not sent");
        gate.Sent();
        gate.Sent();
        await second.WaitAsync(Patience);
    }

    private SendGate Gate() => new(() => Volatile.Read(ref _waiting));
}
