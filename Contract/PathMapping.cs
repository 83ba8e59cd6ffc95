namespace Autoreduction.Contract;

/// <summary>One line of the path map: a prefix as senders write it, and the local prefix that replaces it.</summary>
/// <param name="From">The sender's prefix, usually of a Windows share.</param>
/// <param name="To">The local prefix.</param>
public sealed record PathMapping(string From, string To);
