using SaeSharp.Lab.Coding;
using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Library;
using SaeSharp.Saes.Metrics;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>What keeping a hook as codes saves and costs, on the first tokens of the texts.</summary>
/// <param name="Coder">The SAE that codes.</param>
/// <param name="ResidualBits">Bits of each number of the residual; 0 where it is not kept.</param>
/// <param name="Tokens">Tokens measured.</param>
/// <param name="BitsPerToken">Bits of a token's activation in the store.</param>
/// <param name="Ratio">32 bits a number ÷ these.</param>
/// <param name="Fvu">Fraction of variance that is lost.</param>
/// <param name="CeOriginal">Mean next-token loss of the model as it is, nats.</param>
/// <param name="CeStored">The same with what the store gives back in place of the activations.</param>
public sealed record CodedCost(string Coder, int ResidualBits, long Tokens, double BitsPerToken, double Ratio, double? Fvu, double? CeOriginal, double? CeStored)
{
    private const long MostTokens = 4096;
    private const int Rows = 1024;

    internal static CodedCost Of(LoadedSae sae, StoredHook hook, LanguageModel model, Corpus corpus, CancellationToken cancel)
    {
        var (rows, fvu, original, stored) = (new CodedRows(sae.Sae, hook.Codes!, hook.Width), new FractionOfVarianceUnexplained(), new LossSum(), new LossSum());
        var (tokens, scores) = (0L, new SpliceScores(model, sae.ViewOf(model)));
        try
        {
            foreach (var windows in Corpus.Batches(corpus.Take(MostTokens).Windows, Rows))
            {
                cancel.ThrowIfCancellationRequested();
                var x = scores.Begin(windows);                                                            // x    [kept, dIn]
                original.Add(scores.TokenLosses);
                var kept = rows.Add(x);                                                                   // x̂    [kept, dIn]
                scores.Add(SpliceScores.Splice.Reconstruction, kept);
                stored.Add(scores.TokenLosses);
                fvu.Add(new(x, kept, new(sae.DSae, new int[x.RowCount + 1], [], [])));
                tokens += x.RowCount;
                kept.Free();
            }
        }
        finally
        {
            scores.Free();
        }
        var bits = 8.0 * rows.Bytes / Math.Max(1, tokens);
        return new(sae.Name, hook.Codes!.ResidualBits, tokens, bits, 32.0 * hook.Width / bits, fvu.Value.Number, original.Mean, stored.Mean);
    }
}
