namespace SaeSharp;

/// <summary>An error its reader can fix. The CLI and the web app show <see cref="Exception.Message"/> and <see cref="Hint"/>, never a stack trace.</summary>
public abstract class SaeSharpException : Exception
{
    /// <param name="message">The fact, with the real values and what was expected.</param>
    /// <param name="hint">The next thing to try, in one sentence.</param>
    /// <param name="inner">What raised it, where there is one.</param>
    protected SaeSharpException(string message, string hint, Exception? inner = null) : base(message, inner) => Hint = hint;

    /// <summary>The next thing to try, in one sentence.</summary>
    public string Hint { get; }
}
