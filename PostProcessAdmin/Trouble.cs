using System.Text;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>What holds a run up, in a file of its job, for the daemon to show while it lasts.</summary>
internal sealed class Trouble(string path)
{
    /// <summary>That of a job.</summary>
    public static Trouble Of(JobOrder order) => new(new JobFiles(order.JobDirectory).Trouble);

    /// <summary>Says it. Best effort: what is in trouble may be that disk too.</summary>
    public void Tell(string why)
    {
        try
        {
            DurableFile.Write(path, Encoding.UTF8.GetBytes(why), FileBits.OwnerOnly);
        }
        catch (IOException e)
        {
            Log.NotWritten(path, e.Message);
        }
    }

    /// <summary>It is over, where there was any.</summary>
    public void Over()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotRemoved(path, e.Message);
        }
    }
}
