using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Training;

/// <summary>The hook points of one SAE: one, several side by side (crosscoder), one that is read and another that is written (transcoder), or a pair of each layer (cross-layer transcoder).</summary>
/// <param name="Read">What is read.</param>
/// <param name="Written">What is reconstructed; none where that is what is read.</param>
internal sealed record TrainingRows(IReadOnlyList<string> Read, params IReadOnlyList<string> Written)
{
    /// <summary>As configurations name what is read.</summary>
    public string Hook => string.Join(',', Read);

    /// <summary>As they name what is written; null for an autoencoder.</summary>
    public string? HookOut => IsTranscoder ? string.Join(',', Written) : null;

    public bool IsTranscoder => Written.Count > 0;

    /// <summary>Layers of a cross-layer transcoder; 1 for all others.</summary>
    public int Layers => Math.Max(1, Written.Count);

    /// <summary>A name for it in folders and messages.</summary>
    public string Label => Written.Count switch
    {
        0 => string.Join('+', Read),
        1 => $"{Read[0]}-to-{Written[0]}",
        _ => $"{Read[0]}-to-{Written[^1]}",
    };

    /// <summary>All of them, each once.</summary>
    public IReadOnlyList<string> Hooks => [.. Read.Concat(Written).Distinct()];

    /// <summary>How far behind the token stands that a row holds beside the token's own; 0 for none.</summary>
    public int Next { get; init; }

    public RowLayout Layout => new([.. Read.Concat(Written).Select(hook => new RowPart(hook)), .. Read.Where(_ => Next > 0).Select(hook => new RowPart(hook, Next))]);

    /// <summary>What a request asks for.</summary>
    /// <exception cref="OptionException">Hooks that are read and written do not pair up, or a flag lacks what it needs.</exception>
    public static IReadOnlyList<TrainingRows> Of(TrainRequest request, LanguageModel model)
    {
        string[] hooks = [.. request.Hooks.Distinct()];
        if (request.HookOut.Count > 0)
        {
            if (request.Crosscoder) throw OptionException.Invalid("--crosscoder and --hook-out are given together.", "A crosscoder writes what it reads: leave one of the two out.");
            if (request.HookOut.Count != request.Hooks.Count) throw OptionException.Invalid($"--hook names {request.Hooks.Count} and --hook-out {request.HookOut.Count} hook points.", "Name one that is written for each that is read.");
            return request.CrossLayer ? [CrossLayerRows(request, model)] : [.. request.Hooks.Zip(request.HookOut, (read, written) => new TrainingRows([read], written))];
        }
        if (request.Skip) throw OptionException.Invalid("--skip is given without --hook-out.", "Only a transcoder has a skip connection: name the hook point that it writes.");
        if (request.CrossLayer) throw OptionException.Invalid("--cross-layer is given without --hook-out.", "Name the hook point that each layer writes, in the order of --hook.");
        if (!request.Crosscoder) return [.. hooks.Select(hook => new TrainingRows([hook]))];
        int[] widths = [.. hooks.Select(model.Transformer.HookWidth).Distinct()];
        return hooks.Length > 1 && widths.Length == 1
            ? [new(hooks)]
            : throw OptionException.Invalid($"--crosscoder is given with {hooks.Length} hook point{(hooks.Length == 1 ? "" : "s")} of width {string.Join(" and ", widths)}.", "Name two or more hook points of one width.");
    }

    private static TrainingRows CrossLayerRows(TrainRequest request, LanguageModel model)
    {
        var (read, written) = (request.Hooks, request.HookOut);
        var layers = read.Select(HookLayer.Of).ToArray();
        var widths = new[] { read, written }.Select(hooks => string.Join(" and ", hooks.Select(model.Transformer.HookWidth).Distinct())).ToArray();
        return layers.Length > 1 && layers[0] is { } first && !widths.Any(width => width.Contains(' ', StringComparison.Ordinal)) && IsRow(read, first) && IsRow(written, first)
            ? new(read, [.. written])
            : throw OptionException.Invalid($"--cross-layer is given with {string.Join(", ", read)} to {string.Join(", ", written)}, of width {widths[0]} to {widths[1]}.",
                "Name two or more layers that follow one another, with one hook point of each layer in --hook and one in --hook-out, of one width each: --hook blocks.0.ln2.hook_normalized,blocks.1.ln2.hook_normalized --hook-out blocks.0.hook_mlp_out,blocks.1.hook_mlp_out.");
    }

    /// <summary>Whether hooks have one name in layers that follow one another.</summary>
    private static bool IsRow(IReadOnlyList<string> hooks, int first)
    {
        var name = hooks[0][(hooks[0].IndexOf('.', StringComparison.Ordinal) + 1)..];
        name = name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return hooks.Index().All(entry => entry.Item == string.Create(System.Globalization.CultureInfo.InvariantCulture, $"blocks.{first + entry.Index}.{name}"));
    }
}
