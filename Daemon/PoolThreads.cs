namespace Autoreduction.Daemon;

/// <summary>
/// The threads of the pool, all made at the start and kept: a pool that wants one when the machine gives none
/// (a limit of processes, memory) ends the process with <see cref="OutOfMemoryException"/>, which nobody can catch.
/// </summary>
/// <remarks>That they stay is up to the runtime's option <c>System.Threading.ThreadPool.ThreadsToKeepAlive</c>.</remarks>
internal static class PoolThreads
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Makes them, whatever the number of processors.</summary>
    /// <param name="count">As many as the parts of the daemon hold in calls that block, and one to go on with.</param>
    /// <exception cref="StartException">The machine doesn't give so many.</exception>
    public static void Make(int count)
    {
        // The least first: the most can't be below it, and it begins as the number of processors.
        if (!ThreadPool.SetMinThreads(count, count) || !ThreadPool.SetMaxThreads(count, count))
        {
            throw new InvalidOperationException($"the pool can't have {count} threads");
        }

        // Not disposed of: a thread that comes too late still looks at them.
        var all = new CountdownEvent(count);
        var made = new ManualResetEventSlim();
        try
        {
            for (var i = 0; i < count; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(_ => { all.Signal(); made.Wait(); }, null);
            }
        }
        catch (OutOfMemoryException e)
        {
            throw new StartException($"the machine gives this process no {count} threads; see ulimit -u, or TasksMax of its unit ({e.Message})");
        }

        var came = all.Wait(Limit);
        made.Set();
        if (!came)
        {
            throw new StartException($"only {count - all.CurrentCount} of {count} threads came up within {Limit.TotalSeconds:0} s");
        }
    }
}
