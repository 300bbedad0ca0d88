namespace SaeSharp.Lab;

/// <summary>What a person is told about a failure.</summary>
/// <param name="Message">The fact, with the real values and what was expected.</param>
/// <param name="Hint">The next thing to try.</param>
public sealed record Problem(string Message, string Hint)
{
    /// <summary>The problem behind <paramref name="exception"/> if a person can fix it; null for a defect of the program or a cancellation.</summary>
    public static Problem? Of(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is SaeSharpException known) return new(known.Message, known.Hint);
        }
        return exception is AggregateException { InnerExceptions.Count: > 0 } many
            ? many.InnerExceptions.Select(Of).FirstOrDefault(problem => problem is not null)
            : exception switch
            {
                IOException taken when taken.Message.Contains("address already in use", StringComparison.Ordinal) => new(taken.Message, "Choose another port with --port, or 0 for any free one."),
                UnauthorizedAccessException => new(exception.Message, "Check who may read and write there, or choose another place with --home or --out."),
                IOException => new(exception.Message, "Check the path, the free space and the rights, then run the same command again."),
                _ => null,
            };
    }
}
