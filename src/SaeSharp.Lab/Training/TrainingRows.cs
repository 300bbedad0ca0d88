using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Training;

/// <summary>The hook points of one SAE: one, several side by side (crosscoder), or one that is read and another that is written (transcoder).</summary>
/// <param name="Read">What is read.</param>
/// <param name="Written">What is reconstructed; null where that is what is read.</param>
internal sealed record TrainingRows(IReadOnlyList<string> Read, string? Written = null)
{
    /// <summary>As configurations name what is read.</summary>
    public string Hook => string.Join(',', Read);

    /// <summary>A name for it in folders and messages.</summary>
    public string Label => Written is null ? string.Join('+', Read) : $"{Read[0]}-to-{Written}";

    /// <summary>All of them, each once.</summary>
    public IReadOnlyList<string> Hooks => [.. Read.Concat(Written is null ? [] : [Written]).Distinct()];

    public RowLayout Layout => new([.. Read.Concat(Written is null ? [] : [Written]).Select(hook => new RowPart(hook))]);

    /// <summary>What a request asks for.</summary>
    /// <exception cref="OptionException">Hooks that are read and written do not pair up, or a flag lacks what it needs.</exception>
    public static IReadOnlyList<TrainingRows> Of(TrainRequest request, LanguageModel model)
    {
        string[] hooks = [.. request.Hooks.Distinct()];
        if (request.HookOut.Count > 0)
        {
            if (request.Crosscoder) throw OptionException.Invalid("--crosscoder and --hook-out are given together.", "A crosscoder writes what it reads: leave one of the two out.");
            return request.HookOut.Count == request.Hooks.Count
                ? [.. request.Hooks.Zip(request.HookOut, (read, written) => new TrainingRows([read], written))]
                : throw OptionException.Invalid($"--hook names {request.Hooks.Count} and --hook-out {request.HookOut.Count} hook points.", "Name one that is written for each that is read.");
        }
        if (request.Skip) throw OptionException.Invalid("--skip is given without --hook-out.", "Only a transcoder has a skip connection: name the hook point that it writes.");
        if (!request.Crosscoder) return [.. hooks.Select(hook => new TrainingRows([hook]))];
        int[] widths = [.. hooks.Select(model.Transformer.HookWidth).Distinct()];
        return hooks.Length > 1 && widths.Length == 1
            ? [new(hooks)]
            : throw OptionException.Invalid($"--crosscoder is given with {hooks.Length} hook point{(hooks.Length == 1 ? "" : "s")} of width {string.Join(" and ", widths)}.", "Name two or more hook points of one width.");
    }
}
