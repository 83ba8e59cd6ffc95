using System.Globalization;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Measures the memory of a script's processes, each page once.</summary>
/// <remarks>
/// Mapped pages by shares (PSS). Files in memory also where they aren't mapped: those of the private directory where that
/// is in memory, and of /dev/shm and memfd those that were once seen open, for as long as they are there. What a file has
/// mapped would count twice, so the larger sum is taken.
/// </remarks>
internal sealed class MemoryMeter
{
    private static readonly EnumerationOptions AllFiles = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
    private readonly string? _directory;
    private readonly IReadOnlyList<string> _places;
    private readonly Dictionary<(ulong Device, ulong Inode), string> _files = [];

    /// <summary>Measures what processes use, and the files in a directory of theirs, if it is in memory.</summary>
    public MemoryMeter(string privateDirectory)
    {
        _directory = IsInMemory(privateDirectory) ? privateDirectory : null;
        _places = ["/dev/shm/", "/memfd:", .. _directory is null ? Array.Empty<string>() : [$"{_directory}/"]];
    }

    /// <summary>Bytes that the processes use together.</summary>
    public long Of(IReadOnlyList<int> pids)
    {
        NoteOwnFiles();
        var (mapped, shared) = (0L, 0L);
        foreach (var pid in pids)
        {
            // proc_pid_smaps_rollup(5). Where it can't be read, the resident memory of proc_pid_status(5).
            var figures = Read($"/proc/{pid}/smaps_rollup", "Pss:", "Pss_Shmem:") ?? Read($"/proc/{pid}/status", "VmRSS:", "RssShmem:");
            if (figures is var (all, ofFiles))
            {
                (mapped, shared) = (mapped + all - ofFiles, shared + ofFiles);
            }

            NoteFiles(pid);
        }

        return mapped + Math.Max(shared, _files.Keys.ToList().Sum(SizeOf));
    }

    private void NoteOwnFiles()
    {
        try
        {
            foreach (var path in _directory is null ? [] : Directory.EnumerateFiles(_directory, "*", AllFiles))
            {
                if (FileUse.TryRead(path, out var use))
                {
                    _files[(use.Device, use.Inode)] = path;
                }
            }
        }
        catch (IOException)
        {
            // A directory went while it was listed.
        }
    }

    private void NoteFiles(int pid)
    {
        try
        {
            foreach (var descriptor in Directory.EnumerateFiles($"/proc/{pid}/fd"))
            {
                var target = new FileInfo(descriptor).LinkTarget ?? "";
                if (_places.Any(place => target.StartsWith(place, StringComparison.Ordinal)) && FileUse.TryRead(descriptor, out var use))
                {
                    _files[(use.Device, use.Inode)] = use.HasName && File.Exists(target) ? target : descriptor;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or doesn't let itself be looked at.
        }
    }

    private long SizeOf((ulong Device, ulong Inode) file)
    {
        if (FileUse.TryRead(_files[file], out var use) && (use.Device, use.Inode) == file)
        {
            return use.Bytes;
        }

        _files.Remove(file);
        return 0;
    }

    private static (long All, long OfFiles)? Read(string path, string all, string ofFiles)
    {
        try
        {
            var lines = File.ReadAllLines(path);
            var swapped = Kilobytes(lines, "SwapPss:") ?? 0;
            return Kilobytes(lines, all) is { } total ? ((total + swapped) << 10, (Kilobytes(lines, ofFiles) ?? 0) << 10) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As above.
            return null;
        }
    }

    // "Pss:   1234 kB"
    private static long? Kilobytes(string[] lines, string label) =>
        Array.Find(lines, line => line.StartsWith(label, StringComparison.Ordinal)) is { } line
            ? long.Parse(line.AsSpan(label.Length).Trim().TrimEnd("kB").TrimEnd(), CultureInfo.InvariantCulture)
            : null;

    // In a chroot whose root is no mount point nothing tells what it lies on: a disk, most likely.
    private static bool IsInMemory(string directory)
    {
        try
        {
            return new DriveInfo(directory).DriveFormat is "tmpfs" or "ramfs";
        }
        catch (DriveNotFoundException)
        {
            return false;
        }
    }
}
