using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Saes;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Lab.Coding;

/// <summary>Keeps a dictionary and the way to code with it as an SAE of the workspace: every verb that takes an SAE takes it, and gets codes that were solved for.</summary>
internal sealed class SavedCoder
{
    private const string Architecture = "sparse_coding";
    private readonly string _folder;
    private readonly Shelves _shelves;

    /// <param name="name">A name in the workspace, or a path that begins with / or a dot.</param>
    /// <param name="home">The workspace.</param>
    /// <param name="shelves">Forgets what was there.</param>
    /// <exception cref="OptionException">Something else than a coder is there.</exception>
    public SavedCoder(string name, string home, Shelves shelves)
    {
        var isPath = Path.IsPathRooted(name) || name.StartsWith("./", StringComparison.Ordinal) || name.StartsWith("../", StringComparison.Ordinal);
        (_shelves, _folder) = (shelves, Path.GetFullPath(isPath ? name : Path.Combine(home, "saes", name)));
        if (!Directory.Exists(_folder) && !File.Exists(_folder)) return;
        if (!SaeFolder.Recognises(_folder) || SaeFolder.Describe(_folder).Architecture != Architecture)
            throw OptionException.Invalid($"There is something else than a coder at {_folder}, and saving would take its place.", "Give --save another name.");
    }

    /// <summary>Writes it; its name from now on.</summary>
    /// <param name="atoms">Become the decoder, as they are.</param>
    /// <param name="offset">Is taken off activations before they are coded, [width].</param>
    /// <param name="like">What is read, and how.</param>
    /// <param name="options">How it codes.</param>
    public string Write(Tensor atoms, Tensor offset, SaeConfig like, CodingOptions options)
    {
        var config = like with { Architecture = Architecture, K = 0, RescaleActsByDecoderNorm = false, ApplyBDecToInput = true, Pursuit = null, Temporal = null, Coding = options };
        SaeFolder.Save(SaeCatalog.Create(config, new("the dictionary", new Dictionary<string, Tensor> { ["W_dec"] = atoms, ["b_dec"] = offset }), _shelves.Backend), _folder);
        _shelves.Saes.Forget(_folder);
        return _shelves.Saes.NameOf(_folder);
    }
}
