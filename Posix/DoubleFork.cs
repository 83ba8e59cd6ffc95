using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Makes a program a daemon by the double fork, each fork with its exec.</summary>
/// <remarks>
/// Constraint. fork(2) without exec is out: code of the runtime is mapped shared, so the child, and sometimes the parent,
/// dies; what survives has no garbage collector and no threads. So each fork is a posix_spawn of one of our programs.
///
/// Scheme. starter ── spawn ──► stage 1 (setsid, umask, chdir, /dev/null) ── spawn ──► daemon; stage 1 exits.
/// Both write to the starter's pipe: stage 1 whom it started, the daemon how that went. A daemon that says nothing in time
/// is ended again. A starter that is killed meanwhile changes nothing: the daemon comes up, or it doesn't.
///
/// The steps of daemon(7), "SysV daemons", and where they happen:
///  1 close descriptors           Spawner, both times: closefrom above the readiness pipe
///  2 default signal dispositions Spawner, both times
///  3 empty signal mask           Spawner, both times
///  4 clean environment           the starter's choice, passed on by stage 1
///  5 fork                        Start
///  6 setsid                      RunStage1: no terminal any more
///  7 fork again                  RunStage1: no session leader, so never a terminal again
///  8 first child exits           stage 1's Main, after RunStage1: the daemon's parent becomes 1 (or the nearest subreaper)
///  9 /dev/null on 0, 1, 2        RunStage1
/// 10 umask                       RunStage1
/// 11 chdir /                     RunStage1
/// 12 pid file                    the daemon, under its lock (PidFile)
/// 13 drop privileges             the service manager's, or the caller's
/// 14 tell the starter            the daemon, by ReadinessPipe
/// 15 then the starter exits      Start returns
/// </remarks>
public static class DoubleFork
{
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(5);

    /// <summary>The starter's side: starts stage 1 and waits for the daemon's own word. Whatever isn't up is ended.</summary>
    /// <param name="stage1">The program that calls <see cref="RunStage1"/>, with its arguments.</param>
    /// <param name="environment">The daemon's whole environment.</param>
    /// <param name="descriptors">What stage 1 gets beside the starter's pipe, to hand it on.</param>
    /// <param name="limit">How long the daemon may take to say that it is up.</param>
    /// <exception cref="PosixException">Stage 1 can't be started.</exception>
    public static StartResult Start(
        IReadOnlyList<string> stage1, IReadOnlyDictionary<string, string> environment, IReadOnlyList<SpawnDescriptor> descriptors, TimeSpan limit)
    {
        using var pipe = GatePipe.Create();
        using var child = Spawner.Start(new SpawnRequest
        {
            ProgramPath = stage1[0],
            Arguments = [.. stage1.Skip(1)],
            Environment = environment,
            Descriptors = [SpawnDescriptor.Inherit(ReadinessPipe.Number, pipe.WriteEnd), .. descriptors],
        });
        pipe.CloseWriteEnd();
        var word = ReadinessWord.Read(pipe.ReadEnd, limit);

        // Stage 1 has nothing to do once the pipe is closed, and no time left where it isn't.
        End(child.PidFd, word.IsWhole ? EndGrace : TimeSpan.Zero);
        var stage1Status = ChildProcess.Wait(child.Pid);
        if (word.Outcome != StartOutcome.Up)
        {
            using var daemon = word.Daemon?.TryOpen();
            End(daemon, EndGrace, ask: word.Outcome == StartOutcome.TimedOut);
        }

        return new(word.Outcome, word.Daemon?.Pid, word.Outcome switch
        {
            StartOutcome.TimedOut => $"the daemon did not say within {limit.TotalSeconds:0.#} s that it is up, and was ended",
            StartOutcome.Died => word.Daemon is null ? $"stage 1 of the start {stage1Status} before there was a daemon" : "the daemon died while starting",
            _ => word.Text,
        });
    }

    /// <summary>Stage 1: leaves session, terminal, directory and descriptors behind, starts the daemon, and is done.</summary>
    /// <param name="daemon">The daemon with its arguments.</param>
    /// <param name="environment">Its whole environment.</param>
    /// <param name="descriptors">What it gets beside the starter's pipe.</param>
    /// <param name="umask">Its file creation mask.</param>
    /// <returns>Whether the daemon runs; if not, the starter was told why.</returns>
    /// <exception cref="PosixException">There is no starter's pipe: this is for <see cref="Start"/> alone.</exception>
    public static bool RunStage1(
        IReadOnlyList<string> daemon, IReadOnlyDictionary<string, string> environment, IReadOnlyList<SpawnDescriptor> descriptors, int umask)
    {
        using var readiness = ReadinessPipe.Take();
        try
        {
            Check("setsid", Syscall.setsid());
            ProcessAttributes.SetUmask(umask);
            Check("chdir", Syscall.chdir("/"));
            var nothing = Syscall.open("/dev/null", OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
            Check("open", nothing);
            for (var standard = 0; standard <= 2; standard++)
            {
                Check("dup2", Syscall.dup2(nothing, standard));
            }

            // Of 0 to 2 the daemon gets /dev/null, of the rest the pipe and what is listed.
            using var child = Spawner.Start(new SpawnRequest
            {
                ProgramPath = daemon[0],
                Arguments = [.. daemon.Skip(1)],
                Environment = environment,
                Descriptors = [SpawnDescriptor.Inherit(ReadinessPipe.Number, readiness.Descriptor), .. descriptors],
            });
            readiness.Started(child);
            return true;
        }
        catch (PosixException e)
        {
            readiness.Failed(e.Message);
            return false;
        }
    }

    // By descriptor: the pid may be another's by now.
    private static void End(PidFd? process, TimeSpan grace, bool ask = false)
    {
        if (process is null)
        {
            return;
        }

        if (ask)
        {
            process.TrySendSignal(Signals.SIGTERM);
            process.TrySendSignal(Signals.SIGCONT);
        }

        if (!process.WaitForExit(grace))
        {
            process.TrySendSignal(Signals.SIGKILL);
            process.WaitForExit(EndGrace);
        }
    }

    private static void Check(string call, int result)
    {
        if (result < 0)
        {
            throw new PosixException(call, Stdlib.GetLastError());
        }
    }
}
