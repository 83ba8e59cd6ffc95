namespace Autoreduction.Stomp;

/// <summary>One header of a frame, unescaped.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
public readonly record struct StompHeader(string Name, string Value);
