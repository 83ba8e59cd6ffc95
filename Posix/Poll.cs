using System.Diagnostics;
using Autoreduction.Posix.Interop;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Waits for one descriptor (poll(2)), through interruptions by signals.</summary>
internal static unsafe class Poll
{
    /// <summary>Whether the descriptor became readable, or closed at its other end, in time. A negative limit is none.</summary>
    public static bool UntilReadable(int descriptor, TimeSpan limit)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var left = limit < TimeSpan.Zero ? -1 : Math.Ceiling(Math.Max(0, (limit - Stopwatch.GetElapsedTime(began)).TotalMilliseconds));
            var entry = new Libc.PollEntry { Descriptor = descriptor, Events = Libc.POLLIN };
            var ready = Libc.poll(&entry, 1, (int)Math.Min(left, int.MaxValue));
            if (ready >= 0)
            {
                return ready > 0;
            }

            if (PosixException.Last != Errno.EINTR)
            {
                throw PosixException.OfLast("poll");
            }
        }
    }
}
