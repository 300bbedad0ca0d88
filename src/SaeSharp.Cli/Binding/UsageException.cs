namespace SaeSharp.Cli.Binding;

/// <summary>The command line itself is wrong: exit code 2.</summary>
internal sealed class UsageException : Exception
{
    private UsageException(string message, string hint) : base(message) => Hint = hint;

    /// <summary>What to write instead.</summary>
    public string Hint { get; }

    public static UsageException NotA(string flag, string text, string expected) => new($"{flag} is '{text}', expected {expected}.", $"Leave {flag} out to get its default, or see --help.");
}
