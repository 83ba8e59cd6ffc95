namespace Autoreduction.Tests.Posix;

/// <summary>
/// Runs a program as on a file system that can't refuse to replace, such as NFS: the kernel answers it and its children
/// EINVAL where they ask for that (seccomp(2)).
/// </summary>
internal static class PlainRename
{
    // Flags are the fifth argument. It tries itself first: a filter that doesn't work would make every test pass.
    private const string Filter = """
        import ctypes, os, struct, sys
        RENAMEAT2 = {"x86_64": 316, "aarch64": 276}[os.uname().machine]
        NOREPLACE, EINVAL = 1, 22
        program = b"".join(struct.pack("HBBI", *step) for step in [
            (0x20, 0, 0, 0),                    # the number of the call
            (0x15, 0, 3, RENAMEAT2),            # another: to the end
            (0x20, 0, 0, 16 + 4 * 8),           # the flags
            (0x45, 0, 1, NOREPLACE),            # not set: to the end
            (0x06, 0, 0, 0x00050000 | EINVAL),  # SECCOMP_RET_ERRNO
            (0x06, 0, 0, 0x7fff0000),           # SECCOMP_RET_ALLOW
        ])
        steps = ctypes.create_string_buffer(program)
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(38, 1, 0, 0, 0)              # PR_SET_NO_NEW_PRIVS
        libc.prctl(22, 2, struct.pack("HP", len(program) // 8, ctypes.addressof(steps)))  # PR_SET_SECCOMP
        assert libc.renameat2(-100, b"/none", -100, b"/nowhere", NOREPLACE) < 0 and ctypes.get_errno() == EINVAL
        os.execv(sys.argv[1], sys.argv[1:])
        """;

    /// <summary>The beginning of the command line; the program and its arguments follow.</summary>
    public static IReadOnlyList<string> Command { get; } = ["/usr/bin/python3", "-I", "-c", Filter];
}
