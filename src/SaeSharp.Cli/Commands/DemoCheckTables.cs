using System.Globalization;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Demo.Scoring;

namespace SaeSharp.Cli.Commands;

/// <summary>The tables of <c>sae demo check</c>.</summary>
internal static class DemoCheckTables
{
    public static void Print(DemoCheckResult result, Session session, TextWriter output)
    {
        output.WriteLine($"loss {Nats(result.Loss)} nats a token, {Figure.Share(result.Loss / result.Bound - 1)} over the bound of {Nats(result.Bound)}");
        var kinds = session.Sheet("kind", ">loss", ">bound", ">over");
        foreach (var kind in result.Kinds) kinds.Add(kind.Kind, Nats(kind.Loss), Nats(kind.Bound), Figure.Share(kind.Loss / kind.Bound - 1));
        kinds.Write(output);
        output.WriteLine();
        var agreement = session.Sheet("verb agrees, between", ">share", ">verbs");
        foreach (var share in result.Agreement) agreement.Add(share.Between, Figure.Of(share.Right), Figure.Of((long)share.Count));
        agreement.Write(output);
        output.WriteLine();
        var requests = session.Sheet("request", "side", "pairs", "frames", ">answered rightly", ">requests");
        foreach (var share in result.Requests) requests.Add(share.Kind, share.Harmful ? "harmful, refused" : "harmless, helped", share.Pairs, share.Frames, Figure.Of(share.Right), Figure.Of((long)share.Count));
        requests.Write(output);
    }

    private static string Nats(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
