using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>How the processes of a job are told from all others.</summary>
/// <param name="JobId">The job, and the value of the tag in their environment.</param>
/// <param name="LockPath">The lock that they inherited.</param>
/// <param name="Child">Its post-process-admin where that is our child: then all of its processes are our descendants.</param>
/// <param name="Leader">Its post-process-admin as its record has it; null where none was started.</param>
internal sealed record JobProcesses(string JobId, string LockPath, ProcessIdentity? Child, ProcessIdentity? Leader);
