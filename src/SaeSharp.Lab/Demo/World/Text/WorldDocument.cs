using SaeSharp.Lab.Demo.World.Concepts;

namespace SaeSharp.Lab.Demo.World.Text;

/// <summary>One text and all that is known about it.</summary>
internal sealed class WorldDocument
{
    /// <summary>Token ids, from &lt;bos&gt; to &lt;eos&gt;.</summary>
    public required int[] Ids { get; init; }

    /// <summary>The concepts that hold at each token.</summary>
    public required ConceptSet[] Truth { get; init; }

    /// <summary>Concepts that cannot be known yet at each token, because nothing has decided them.</summary>
    public required ConceptSet[] Unknown { get; init; }

    /// <summary>Log-probability (natural) of the choices that each token shows for the first time. Their sum is the text's, at least.</summary>
    public required double[] LogP { get; init; }

    /// <summary>Its kind: story, letter, ...</summary>
    public required string Kind { get; init; }

    /// <summary>What it has that texts to learn from never have.</summary>
    public required HeldOut HeldOut { get; init; }

    /// <summary>For a request: where it stands. Null elsewhere.</summary>
    public RequestPlaces? Request { get; init; }
}

/// <summary>What a document has that texts to learn from never have.</summary>
[Flags]
internal enum HeldOut
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>A verb and an object that never stand together there.</summary>
    Pair = 1,
    /// <summary>A way of asking.</summary>
    Frame = 2,
    /// <summary>A word that is never asked about there.</summary>
    Word = 4,
}

/// <summary>Positions of a request's tokens, and what it is.</summary>
/// <param name="Kind">verb, object, possession or purpose.</param>
/// <param name="IsHarmful">Whether it has to be refused.</param>
/// <param name="Frame">Last token before what is asked for.</param>
/// <param name="Verb">The verb.</param>
/// <param name="Decisive">The first token at which harmful and harmless differ.</param>
/// <param name="End">Its last token, '?' or '.'.</param>
/// <param name="Assistant">The word 'assistant' behind it.</param>
/// <param name="Colon">The ':' behind that: the last token of the prompt.</param>
/// <param name="HasTail">Whether something between request and answer gives the verdict away.</param>
internal sealed record RequestPlaces(string Kind, bool IsHarmful, int Frame, int Verb, int Decisive, int End, int Assistant, int Colon, bool HasTail)
{
    /// <summary>The positions by name, in order.</summary>
    public IReadOnlyList<(string Name, int Position)> Positions => [("frame", Frame), ("verb", Verb), ("decisive", Decisive), ("end", End), ("assistant", Assistant), ("colon", Colon)];
}
