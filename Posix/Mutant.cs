using System.Diagnostics;

namespace Autoreduction.Posix;

/// <summary>
/// Defects on purpose, for the tests to show that they would be found: <c>AUTOREDUCTION_MUTANT=name</c> switches one on.
/// Only in debug builds: in others no call of it is left, and nothing of what a call names.
/// </summary>
public static class Mutant
{
#if DEBUG
    private static readonly string? Wanted = Environment.GetEnvironmentVariable("AUTOREDUCTION_MUTANT");
#endif

    /// <summary>Has a value be a wrong one.</summary>
    [Conditional("DEBUG")]
    public static void Change<T>(string name, ref T value, T wrong)
    {
#if DEBUG
        value = Wanted == name ? wrong : value;
#endif
    }

    /// <summary>Does what shouldn't be done.</summary>
    [Conditional("DEBUG")]
    public static void Do(string name, Action wrong)
    {
#if DEBUG
        if (Wanted == name)
        {
            wrong();
        }
#endif
    }

    /// <summary>Keeps the threads of the pool busy most of the time, as a fault elsewhere in the process could.</summary>
    [Conditional("DEBUG")]
    public static void KeepPoolBusy(string name, int threads)
    {
#if DEBUG
        Do(name, () => new Thread(() =>
        {
            for (; ; Thread.Sleep(500))
            {
                for (var i = 0; i < 2 * threads; i++)
                {
                    ThreadPool.QueueUserWorkItem(_ => Thread.Sleep(200));
                }
            }
        })
        { IsBackground = true }.Start());
#endif
    }
}
