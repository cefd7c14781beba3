using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Host.Dispatching;

namespace JobScheduler.UnitTests.Host.Dispatching;

public sealed class AdmissionTests
{
    private const string A = "a:80";
    private const string B = "b:80";
    private const string C = "c:80";

    [Fact]
    public void Call_waits_when_all_places_are_taken()
    {
        var admission = new Admission<string>(total: 2, perHost: 2);

        admission.TryEnter(A, "a1").ShouldBeTrue();
        admission.TryEnter(B, "b1").ShouldBeTrue();
        admission.TryEnter(C, "c1").ShouldBeFalse();
        admission.Leave(A).ShouldBe("c1");
        admission.Leave(B).ShouldBeNull();
    }

    [Fact]
    public void Call_waits_when_its_host_has_no_place_and_others_go_on()
    {
        var admission = new Admission<string>(total: 9, perHost: 1);

        admission.TryEnter(A, "a1").ShouldBeTrue();
        admission.TryEnter(A, "a2").ShouldBeFalse();
        admission.TryEnter(B, "b1").ShouldBeTrue();
        admission.Leave(B).ShouldBeNull();
        admission.Leave(A).ShouldBe("a2");
    }

    [Fact]
    public void Calls_of_one_host_go_in_the_order_in_which_they_came()
    {
        var admission = new Admission<string>(total: 1, perHost: 1);
        foreach (var item in new[] { "a1", "a2", "a3" }) admission.TryEnter(A, item);

        admission.Leave(A).ShouldBe("a2");
        admission.Leave(A).ShouldBe("a3");
        admission.Leave(A).ShouldBeNull();
    }

    [Fact]
    public void Places_go_round_the_hosts_when_one_has_a_long_line()
    {
        var admission = new Admission<string>(total: 1, perHost: 1);
        foreach (var item in new[] { "a1", "a2", "a3", "a4" }) admission.TryEnter(A, item);
        admission.TryEnter(B, "b1");
        admission.TryEnter(C, "c1");
        admission.TryEnter(C, "c2");

        string[] order = [admission.Leave(A)!, admission.Leave(A)!, admission.Leave(B)!, admission.Leave(C)!, admission.Leave(A)!, admission.Leave(C)!];

        order.ShouldBe(["a2", "b1", "c1", "a3", "c2", "a4"]);
    }

    [Fact]
    public void Calls_that_are_yet_to_be_due_leave_half_of_the_places_to_those_that_are()
    {
        var admission = new Admission<string>(total: 6, perHost: 4);

        bool[] ahead = [.. new[] { A, A, A, B, B }.Select(admission.TryEnterAhead)];

        ahead.ShouldBe([true, true, false, true, false]);
        admission.TryEnter(A, "a1").ShouldBeTrue();
        admission.TryEnter(A, "a2").ShouldBeTrue();
        admission.TryEnter(A, "a3").ShouldBeFalse();
        admission.Leave(A).ShouldBe("a3", "a place that was taken ahead is as good as any");
    }

    [Fact]
    public void Bounds_order_fairness_and_everybodys_turn_hold_when_calls_come_and_go_at_random() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(AdmissionModel.Runs, run =>
        {
            var model = new AdmissionModel(run.Total, run.PerHost);
            foreach (var (enter, choice) in run.Steps)
            {
                if (enter && choice < 30) model.EnterAhead(choice % AdmissionModel.Hosts);
                else if (enter) model.Enter(choice % AdmissionModel.Hosts);
                else if (model.UnderWay > 0) model.Leave(choice % model.UnderWay);
            }

            while (model.UnderWay > 0) model.Leave(0);
            model.ShouldHaveAdmittedAll();
        }));

    [Fact]
    public async Task Bounds_hold_and_nobody_is_lost_when_many_threads_come_and_go()
    {
        const int Threads = 8, CallsOfEach = 5_000, Total = 5, PerHost = 2;
        var admission = new Admission<Call>(Total, PerHost);
        int total = 0, tooMany = 0;
        var perHost = new int[4];
        var done = new ConcurrentBag<int>();
        using var start = new Barrier(Threads);

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(() => Work(thread), TaskCreationOptions.LongRunning)))
            .WaitAsync(TimeSpan.FromSeconds(30));

        tooMany.ShouldBe(0);
        done.Order().ShouldBe(Enumerable.Range(0, Threads * CallsOfEach));

        void Work(int thread)
        {
            start.SignalAndWait();
            for (var n = 0; n < CallsOfEach; n++)
            {
                var call = new Call((thread * CallsOfEach) + n, (thread + n) % perHost.Length);
                for (var next = admission.TryEnter(call.HostName, call) ? call : null; next is not null; next = admission.Leave(next.HostName))
                {
                    if (Interlocked.Increment(ref total) > Total) Interlocked.Increment(ref tooMany);
                    if (Interlocked.Increment(ref perHost[next.Host]) > PerHost) Interlocked.Increment(ref tooMany);
                    done.Add(next.Number);
                    Thread.Yield();
                    Interlocked.Decrement(ref perHost[next.Host]);
                    Interlocked.Decrement(ref total);
                }
            }
        }
    }

    private sealed record Call(int Number, int Host)
    {
        public string HostName => $"{Host}:80";
    }
}
