namespace Autoreduction.Contract;

/// <summary>Which reduction script is run.</summary>
public enum ScriptSource
{
    /// <summary>The text in the message; where there is none, the scripts directory's <c>reduce.py</c>.</summary>
    Message,

    /// <summary>Always the scripts directory's <c>reduce.py</c>.</summary>
    Archive,
}
