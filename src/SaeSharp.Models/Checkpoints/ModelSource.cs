using SaeSharp.Models.Blocks;
using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Checkpoints;

/// <summary>A model on disk, found and described, with its weights open.</summary>
internal sealed class ModelSource : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly TransformerFamily _family;

    private ModelSource(HfConfig config, Checkpoint? opened, string folderOrFile)
    {
        (Config, (Family, _family)) = (config, FamilyCatalog.Of(config));
        Spec = _family.Describe(config);
        _checkpoint = opened ?? Checkpoint.Open(folderOrFile);
    }

    public HfConfig Config { get; }

    /// <summary>The family's name.</summary>
    public string Family { get; }

    public TransformerSpec Spec { get; }

    /// <summary>Its <c>config.json</c> where it has one, then the weights.</summary>
    public IEnumerable<string> Files => _checkpoint.Files.Prepend(Config.Path).Distinct();

    /// <summary>Opens a folder, a file of weights, or the index of several.</summary>
    /// <exception cref="ModelException">There is no model, or its family is unknown.</exception>
    /// <exception cref="FileException">A file is damaged or asks for something this program does not do.</exception>
    public static ModelSource Open(string folderOrFile)
    {
        if (!Path.Exists(folderOrFile)) throw ModelException.NoFolder(folderOrFile);
        if (File.Exists(folderOrFile) && !ModelPath.IsIndex(folderOrFile)) _ = CheckpointFormats.Of(folderOrFile); // whatever else it lacks, it is of no format
        // A config of its own comes before the weights: what is wrong with it is said without reading gigabytes.
        if (!ModelPath.DescribesItself(folderOrFile))
            return new(HfConfig.Read(ModelPath.ConfigOf(folderOrFile) ?? throw ModelException.NoConfig(ModelPath.FolderOf(folderOrFile))), null, folderOrFile);

        var checkpoint = Checkpoint.Open(folderOrFile);
        try
        {
            return new(checkpoint.Config(), checkpoint, folderOrFile);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The names its tensors have.</summary>
    public WeightTable Table => _family.Weights(Config);

    public ModelWeights Weights(DType computeType) => ModelWeights.Read(_checkpoint, Table, Spec.Layers, computeType);

    public void Dispose() => _checkpoint.Dispose();
}
