namespace SaeSharp.Cli;

/// <summary>Whether a person looks at what is written.</summary>
/// <param name="Output">Results go to a terminal.</param>
/// <param name="Error">Progress and errors do.</param>
internal sealed record Terminal(bool Output, bool Error)
{
    public static Terminal OfProcess() => new(!Console.IsOutputRedirected, !Console.IsErrorRedirected);
}
