using System.Diagnostics;
using System.Globalization;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>A calendar of its own for a program, which can be turned while that runs; the machine's is left alone.</summary>
internal sealed class TurnedCalendar : IDisposable
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/syscall.h>
        #include <time.h>
        #include <unistd.h>
        static long seconds(void)
        {
            char text[32] = "";
            int saved = errno, file = open(getenv("CALENDAR"), O_RDONLY | O_CLOEXEC);
            if (file >= 0) { if (read(file, text, sizeof text - 1) < 0) text[0] = 0; close(file); }
            errno = saved;
            return atol(text);
        }
        int clock_gettime(clockid_t clock, struct timespec *time)
        {
            int result = (int)syscall(SYS_clock_gettime, clock, time);
            if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += seconds();
            return result;
        }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("calendar-").FullName;

    private string Library => Path.Combine(_directory, "calendar.so");

    private string Offset => Path.Combine(_directory, "offset");

    /// <summary>Compiles it; without a compiler the test is skipped.</summary>
    public static async Task<TurnedCalendar> MakeAsync(CancellationToken token)
    {
        var calendar = new TurnedCalendar();
        var source = Path.Combine(calendar._directory, "calendar.c");
        await File.WriteAllTextAsync(source, Source, token);
        var (code, said) = await Programs.RunAsync(["/bin/sh", "-c", "cc -shared -fPIC -o \"$1\" \"$2\"", "sh", calendar.Library, source], token);
        if (code != 0)
        {
            calendar.Dispose();
            Assert.Ignore($"needs a C compiler: {said}");
        }

        calendar.Turn(0);
        return calendar;
    }

    /// <summary>Sets it so many days after the machine's.</summary>
    public void Turn(int days)
    {
        var next = Offset + ".new";
        File.WriteAllText(next, (days * 86_400).ToString(CultureInfo.InvariantCulture));
        File.Move(next, Offset, overwrite: true);
    }

    /// <summary>Starts a program that goes by it.</summary>
    public Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments);
        start.Environment["LD_PRELOAD"] = Library;
        start.Environment["CALENDAR"] = Offset;
        return Process.Start(start)!;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
