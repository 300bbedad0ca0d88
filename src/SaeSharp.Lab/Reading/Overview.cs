using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Harvesting.Texts;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Releases;

namespace SaeSharp.Lab.Reading;

/// <summary>What models, SAEs and workspaces are.</summary>
internal sealed class Overview(Shelves shelves, EvalStore evals, IndexShelf indexes)
{
    public InfoResult Of(InfoRequest request)
    {
        if (shelves.Models.Find(request.Target) is not null) return new(Of(shelves.Models.Get(request.Target)), null);
        if (shelves.Saes.Find(request.Target) is not null) return new(null, Of(shelves.Saes.Get(request.Target)));
        if (shelves.Published.FindRelease(request.Target) is { }) shelves.Saes.Get(request.Target); // says what is missing
        if (File.Exists(request.Target)) throw LabException.NotAModelFile(request.Target);
        throw LabException.NeitherModelNorSae(request.Target, [.. shelves.Models.Names, .. shelves.Saes.Names], shelves.Published.PullableModel(request.Target));
    }

    public Contents Contents(string home)
    {
        var (saes, broken) = (new List<SaeInfo>(), new List<BrokenSae>());
        foreach (var name in shelves.Saes.Names.Concat(shelves.Saes.Visited).Distinct())
        {
            try
            {
                saes.Add(Of(shelves.Saes.Get(name)));
            }
            catch (SaeSharpException error)
            {
                broken.Add(new(name, error.Message));
            }
        }
        var indexed = indexes.All();
        return new(home, [.. shelves.Models.Names.Concat(shelves.Models.Visited).Distinct()], saes, indexed, Texts(home, indexed), broken);
    }

    /// <summary>Names of texts, relative to the workspace where they lie in it.</summary>
    private string[] Texts(string home, IReadOnlyList<IndexInfo> indexed) =>
        [.. TextSources.Under(Path.Combine(home, "texts")).Select(file => indexes.NameOf(file)).Concat(indexed.Select(index => index.Corpus).Where(name => File.Exists(Path.Combine(home, name)))).Distinct()];

    public static ModelInfo Of(LanguageModel model)
    {
        var net = model.Transformer;
        var spec = net.Spec;
        return new()
        {
            Name = model.Name, Path = model.Path, Family = net.Family, Layers = spec.Layers, DModel = spec.DModel,
            Heads = spec.Attention.Heads, KeyValueHeads = spec.Attention.KeyHeads, DHead = spec.Attention.DHead, DMlp = spec.Mlp[0].DMlp,
            DVocab = spec.DVocab, Context = spec.Context, Parameters = net.ParameterCount, WeightBytes = net.WeightBytes,
            HasTokenizer = model.HasTokenizer, Hooks = net.HookNames,
        };
    }

    public SaeInfo Of(LoadedSae sae)
    {
        var config = sae.Sae.Config;
        return new()
        {
            Name = sae.Name, Path = sae.Folder, Architecture = config.Architecture, DIn = config.DIn, DSae = config.DSae,
            Hook = config.HookName, Layer = sae.Layer, Model = config.ModelName, K = config.K > 0 ? config.K : null,
            ContextSize = config.ContextSize, PrependBos = config.PrependBos,
            NormalizeActivations = System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(config.NormalizeActivations.ToString()),
            WeightBytes = sae.Sae.Tensors.Values.Sum(tensor => tensor.Bytes), WeightsSha256 = sae.WeightsSha256,
            Quality = evals.Find(sae.WeightsSha256), Processing = ProcessingInfo.Of(sae.Sae.Config.Processing, sae.Released?.NormScalingFactor), Claimed = Claims(sae.Released),
        };
    }

    private static ClaimedFigures? Claims(ReleasedSae? released) => released is null ? null : new()
    {
        Release = released.Release.Name, Id = released.Id, Repository = released.Release.Repository, L0 = released.ClaimedL0, ExplainedVariance = released.ClaimedExplainedVariance,
        Neuronpedia = released.Neuronpedia,
    };
}
