namespace SaeSharp.Lab.Labelling.Storage;

/// <summary>The database that <c>--db</c> names cannot be used. No message holds the connection string, in which a password may stand.</summary>
public sealed class DatabaseException : SaeSharpException
{
    private const string Example = "Give --db \"Host=db.lab;Database=saesharp;Username=ada\", and the password in PGPASSWORD or in a password file (PGPASSFILE), where nobody sees it.";

    /// <summary>What to do about a refusal, by the server's code for it.</summary>
    private static readonly Dictionary<string, string> Hints = new(StringComparer.Ordinal)
    {
        ["28P01"] = "Check the user and the password; it may stand in PGPASSWORD or in a password file (PGPASSFILE).",
        ["28000"] = "Check the user, and whether the server lets it in from here (pg_hba.conf).",
        ["3D000"] = "Make the database first: createdb NAME.",
        ["42501"] = "Give the user the right: GRANT CREATE ON SCHEMA public TO NAME makes the tables, and who made them may let others in.",
        ["53300"] = "Too many are connected: try again, or give Maximum Pool Size in --db.",
        ["22021"] = "Leave out characters with the code 0, which a PostgreSQL text cannot hold.",
    };

    private DatabaseException(string message, string hint) : base(message, hint) { }

    internal static DatabaseException NoConnectionString() => new("What was given to --db is no connection string of PostgreSQL, expected settings KEY=VALUE with semicolons between them.", Example);

    internal static DatabaseException NoHost() => new("The connection string given to --db names no Host.", Example);

    internal static DatabaseException Unreachable(string place, string why) => new(
        $"The database at {place} does not answer: {why.TrimEnd('.')}.",
        "Check that the server runs and that host and port are right; without --db, what people write lies in the workspace.");

    internal static DatabaseException Refused(string place, string code, string why) => new(
        $"The database at {place} refuses: {why.TrimEnd('.')} ({code}).",
        Hints.GetValueOrDefault(code, "Look into the server's log; without --db, what people write lies in the workspace."));

    internal static DatabaseException Broken(string place, string why) => new(
        $"The database at {place} cannot be used: {why.TrimEnd('.')}.",
        "Name another database, or use the version of this program that made its tables.");
}
