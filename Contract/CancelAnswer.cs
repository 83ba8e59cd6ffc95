namespace Autoreduction.Contract;

/// <summary>What came of a request to cancel: the answer to <c>POST /cancel</c> and <c>POST /jobs/ID/cancel</c>.</summary>
public sealed record CancelAnswer
{
    /// <summary>The jobs that were meant, and are being cancelled.</summary>
    public required IReadOnlyList<string> Cancelled { get; init; }

    /// <summary>Whether no such run is here, and the cancel will be applied when it arrives.</summary>
    public required bool Remembered { get; init; }
}
