using System.Globalization;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Searching;

/// <summary>Searches features whose unit decoder rows add most to a token's logit: v·W_U[token], computed for every feature from the weights, so that no table of logits is needed.</summary>
internal static class LogitSearch
{
    public static SearchFinding Of(SearchRequest request, LanguageModel model, IReadOnlyList<SearchedSae> saes, Backend backend)
    {
        var ids = Spellings(request.Says!, model);
        var columns = model.Transformer.LogitDirections(ids).To(DType.F32);                              // W_U[ids]   [n, dModel]
        var (best, other) = (new Best<(SearchedSae Of, int Feature, int Id)>(request.Top), new List<string>());
        foreach (var one in saes)
        {
            if (one.Sae.Sae.DOut != model.Transformer.Spec.DModel || one.Sae.Sae.Config.HooksOut.Count > 1 || !HookLayer.IsInStream(one.Sae.WrittenHook))
            {
                other.Add(one.Sae.Name);
                continue;
            }
            var effects = DecoderDots.Of(one.Sae, columns, backend);
            for (var feature = 0; feature < one.Sae.DSae; feature++)
            {
                if (one.Passes?.Invoke(feature) == false) continue;
                var most = 0;
                for (var i = 1; i < ids.Length; i++)
                    if (effects[i][feature] > effects[most][feature]) most = i;
                best.Offer((one, feature, ids[most]), effects[most][feature]);
            }
        }
        columns.Free();
        var found = best.Take();
        var pushes = Pushes([.. found.Select(hit => (hit.Item.Of.Sae, hit.Item.Feature, hit.Item.Id))], model);
        return new([.. found.Select((hit, i) => new FoundFeature(hit.Item.Of, hit.Item.Feature, pushes[i].Effect, Push: pushes[i]))], best.Seen, [],
            other.Count == 0 ? [] : [$"without a direct path to the logits: {string.Join(", ", other)}"]);
    }

    /// <summary>The single tokens that spell the text: as it stands, and after a space.</summary>
    /// <exception cref="OptionException">There is none.</exception>
    public static int[] Spellings(string text, LanguageModel model)
    {
        var vocabulary = model.Transformer.Spec.DVocab;
        if (text.Length > 1 && text[0] == '#' && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return id < vocabulary ? [id] : throw OptionException.Invalid($"Token id {id} lies outside the vocabulary of {vocabulary}.", "Choose an id below it.");
        int[][] spelled = [.. new[] { text, " " + text.TrimStart(' ') }.Distinct().Select(spelling => model.Tokenizer.EncodeIds(spelling, addSpecial: false))];
        int[] single = [.. spelled.Where(ids => ids.Length == 1 && ids[0] < vocabulary).Select(ids => ids[0]).Distinct()];
        return single.Length > 0 ? single : throw OptionException.Invalid(
            $"'{text}' is no single token of {model.Name}, but {string.Join(" + ", spelled.MinBy(ids => ids.Length)!.Take(8).Select(part => $"'{model.TokenText(part)}'"))}.",
            "Give one of its tokens, or #ID for the token with that id.");
    }

    private static TokenPush[] Pushes(IReadOnlyList<(LoadedSae Sae, int Feature, int Id)> hits, LanguageModel model)
    {
        if (hits.Count == 0) return [];
        const int AtATime = 64;
        var pushes = new List<TokenPush>(hits.Count);
        foreach (var chunk in hits.Chunk(AtATime))
        {
            var rows = Tensor.Zeros(DType.F32, chunk.Length, model.Transformer.Spec.DModel);              // v       [n, dModel]
            for (var i = 0; i < chunk.Length; i++) chunk[i].Sae.UnitDirection(chunk[i].Feature).CopyTo(rows.Row<float>(i));
            var effects = model.Transformer.LogitEffectsOf(rows, throughFinalNorm: false).To(DType.F32);  // v·W_U   [n, dVocab]
            for (var i = 0; i < chunk.Length; i++)
            {
                ReadOnlySpan<float> row = effects.Row<float>(i);
                var own = row[chunk[i].Id];
                var rank = 1;
                foreach (var effect in row)
                    if (effect > own) rank++;
                var moments = Indexing.Moments.Of(row.ToArray())!;
                pushes.Add(new(chunk[i].Id, model.TokenText(chunk[i].Id), own, moments.Std > 0 ? (own - moments.Mean) / moments.Std : 0, rank));
            }
            effects.Free();
            rows.Free();
        }
        return [.. pushes];
    }
}
