using System.Runtime.CompilerServices;
using JobScheduler.Host.Dispatching;

namespace JobScheduler.UnitTests.Host.Dispatching;

public sealed class YoungGarbageTests
{
    [Fact]
    public void What_is_no_longer_used_is_gone_once_much_was_allocated()
    {
        var garbage = new YoungGarbage();
        garbage.CollectIfMuch();
        var left = LeaveMuch();
        garbage.CollectIfMuch();
        left.IsAlive.ShouldBeFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LeaveMuch()
    {
        var left = new WeakReference(new object());
        for (var i = 0; i < 6_000; i++) GC.KeepAlive(new byte[1_000]);
        return left;
    }
}
