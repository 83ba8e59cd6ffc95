namespace Autoreduction.Daemon;

/// <summary>What can happen to a job; <see cref="JobLife"/> says where it leads.</summary>
internal enum JobEvent
{
    /// <summary>It is its turn: an attempt begins.</summary>
    Taken,

    /// <summary>Its post-process-admin could not be started: nothing of the attempt ran.</summary>
    NotStarted,

    /// <summary>Its post-process-admin waits at the gate, its record is written, and the gate opens.</summary>
    Released,

    /// <summary>A new daemon found it started by an earlier one.</summary>
    Adopted,

    /// <summary>A stop or a cancel asked its processes to end.</summary>
    StopAsked,

    /// <summary>Its post-process-admin ended.</summary>
    Ended,

    /// <summary>Nothing of the attempt is left, and it brought no outcome: another one follows.</summary>
    AttemptFailed,

    /// <summary>Its outcome is on disk, and not published.</summary>
    Concluded,

    /// <summary>Its outcome is on disk, and the broker has it, or nobody is to be told.</summary>
    ConcludedAndTold,

    /// <summary>The broker confirmed its outcome; its message is still held.</summary>
    Told,

    /// <summary>The broker confirmed outcome and acknowledgement.</summary>
    Acknowledged,

    /// <summary>Its message came again although it was finished.</summary>
    Redelivered,

    /// <summary>The same, and the message proves that its outcome was never published.</summary>
    RedeliveredUntold,
}
