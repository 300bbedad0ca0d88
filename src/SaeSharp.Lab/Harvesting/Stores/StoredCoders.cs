using System.Globalization;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>The SAEs of a store's coded hooks: copies in its folder, so that it can be read wherever it is carried.</summary>
internal static class StoredCoders
{
    public const string Prefix = "coder-";
    public const int FilesEach = 2;
    private static readonly string[] Files = ["cfg.json", "sae_weights.safetensors"];

    /// <summary>The coder of each hook of a store that has one.</summary>
    /// <exception cref="SaeSharpException">One cannot code what a store keeps, or none of its hooks.</exception>
    public static IReadOnlyDictionary<string, LoadedSae> Of(IReadOnlyList<LoadedSae> saes, IReadOnlyList<string> hooks, LanguageModel model)
    {
        var coders = new Dictionary<string, LoadedSae>(StringComparer.Ordinal);
        foreach (var sae in saes)
        {
            Require(sae, model);
            var hook = hooks.FirstOrDefault(stored => ActivationView.Of(model.Transformer, stored, ModelProcessing.None) == sae.InputOf(model)) ?? throw OptionException.Invalid(
                $"The SAE '{sae.Name}' reads {sae.Hook}, which the store does not hold, or reads it under other processing than the model's own.", $"Give --hook {sae.Hook} too, or leave the SAE out of --coder.");
            if (!coders.TryAdd(hook, sae)) throw OptionException.Invalid($"Two SAEs of --coder read {hook}.", "Give one for each hook.");
        }
        return coders;
    }

    private static void Require(LoadedSae sae, LanguageModel model)
    {
        sae.RequireRowwise();
        if (!sae.ReconstructsItsHook) throw LabException.WritesElsewhere(sae.Name, sae.WrittenHook);
        if (sae.Sae.Config.NormalizeActivations is not (ActivationNormalisation.None or ActivationNormalisation.ExpectedAverageOnlyIn))
            throw OptionException.Invalid($"The SAE '{sae.Name}' scales each activation by itself, which a store does not keep.", "Choose one that does not normalise at run time.");
        sae.RequireFits(model);
        if (sae.DSae > StoredCodes.MostLatents) throw OptionException.Invalid($"The SAE '{sae.Name}' has {sae.DSae} latents, expected at most {StoredCodes.MostLatents}.", "Choose a smaller one.");
    }

    /// <summary>Writes the copies; the checksums of their files, in order.</summary>
    public static IReadOnlyList<string> Write(string folder, IEnumerable<SparseAutoencoder> saes)
    {
        var sums = new List<string>();
        foreach (var (number, sae) in saes.Index())
        {
            SaeFolder.Save(sae, FolderOf(folder, number));
            sums.AddRange(Files.Select(file => ShardChecksum.OfFile(Path.Combine(FolderOf(folder, number), file))));
        }
        return sums;
    }

    /// <summary>The SAEs of an index's coded hooks, checked.</summary>
    /// <exception cref="StoreException">A copy is missing, or is another than the store was made with.</exception>
    public static IReadOnlyDictionary<string, SparseAutoencoder> Load(string folder, StoreIndex index, Backend backend)
    {
        var saes = new Dictionary<string, SparseAutoencoder>(StringComparer.Ordinal);
        foreach (var (number, hook) in index.Hooks.Where(hook => hook.Codes is not null).Index())
        {
            for (var i = 0; i < Files.Length; i++)
            {
                var file = Path.Combine(FolderOf(folder, number), Files[i]);
                if (!File.Exists(file)) throw StoreException.Damaged(file, "it is missing");
                if (ShardChecksum.OfFile(file) is var sum && sum != index.CoderXxh3![number * Files.Length + i]) throw StoreException.Damaged(file, $"its XXH3-128 is {sum}, {StoreIndex.FileName} says {index.CoderXxh3![number * Files.Length + i]}");
            }
            var sae = SaeFolder.Load(FolderOf(folder, number), backend);
            if (sae.DIn != hook.Width || sae.DOut != hook.Width || sae.DSae != hook.Codes!.DSae || sae.Config.Temporal is not null || sae.Config.IsTranscoder)
                throw StoreException.Damaged(FolderOf(folder, number), $"it is a {sae.Config.Architecture} SAE of {sae.DIn} numbers and {sae.DSae} latents, expected one of {hook.Width} and {hook.Codes!.DSae}");
            saes.Add(hook.Name, sae);
        }
        return saes;
    }

    private static string FolderOf(string folder, int number) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D2}"));
}
