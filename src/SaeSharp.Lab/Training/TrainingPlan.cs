using System.Globalization;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Saes;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Training;

/// <summary>The SAEs a request asks for: every hook with every architecture, width, k, price, learning rate and seed it names.</summary>
internal sealed class TrainingPlan
{
    private readonly TrainRequest _request;
    private readonly LanguageModel _model;
    private readonly TrainingData _data;
    private readonly string _home;
    private readonly IReadOnlyList<TrainingRows> _rows;

    public TrainingPlan(TrainRequest request, LanguageModel model, TrainingData data, string home)
    {
        (_request, _model, _data, _home) = (request, model, data, home);
        _rows = TrainingRows.Of(request, model);
        Hooks = [.. _rows.SelectMany(rows => rows.Hooks).Distinct()];
        Saes = [.. _rows.SelectMany(Choices).Select(Of)];
        var twice = Saes.GroupBy(sae => sae.Folder).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null) throw OptionException.Invalid($"Two SAEs of this command would be written to {twice.Key}.", "Name each value once.");
    }

    /// <summary>All hook points that any of them needs.</summary>
    public IReadOnlyList<string> Hooks { get; }

    public IReadOnlyList<PlannedSae> Saes { get; }

    /// <summary>Steps of every SAE.</summary>
    public int Steps => Saes[0].Options.Steps;

    /// <summary>Every combination; k only where an architecture counts latents, prices and targets only where it has none.</summary>
    private IEnumerable<TrainingChoice> Choices(TrainingRows rows) =>
        from name in Required(_request.Arch, "--arch")
        let arch = rows.IsTranscoder ? Transcoder(name) : name
        from dSae in Required(_request.DSae, "--d-sae")
        from k in Required(_request.K, "--k").Take(TrainingChoice.Counts(arch) ? int.MaxValue : 1)
        from penalty in Required(_request.Penalty, "--penalty").Take(TrainingChoice.Counts(arch) ? 1 : int.MaxValue)
        from target in OrNone(TrainingChoice.Counts(arch) ? default : _request.TargetL0)
        from rate in OrNone(_request.Lr)
        from seed in Required(_request.Seed, "--seed")
        select new TrainingChoice(rows with { Next = SaeTrainer.ReadsPairs(arch) ? OptionException.InRange(_request.Neighbour, 1, RowLayout.FarthestNeighbour, "--neighbour") : 0 }, arch, dSae, k, penalty, target, rate, seed);

    private PlannedSae Of(TrainingChoice choice)
    {
        if (!choice.Rows.IsTranscoder && choice.Arch.EndsWith("transcoder", StringComparison.Ordinal))
            throw OptionException.Invalid($"--arch is {choice.Arch}, but no hook point is named that it writes.", "Give --hook-out H, e.g. --hook-out blocks.1.hook_mlp_out.");
        if (!SaeTrainer.Architectures.Contains(choice.Arch)) throw OptionException.Invalid(
            $"There is no architecture '{choice.Arch}' that can be trained.", $"Known are: {string.Join(", ", SaeTrainer.Architectures)}.");
        var (label, config) = (Label(choice), Config(choice));
        return new(label.Length == 0 ? choice.Rows.Label : $"{choice.Rows.Label} {label}", FolderOf(choice, label.Replace(' ', '-')), choice.Rows, config, TrainingSettings.Of(_request, choice, config.DSae, _data.Tokens));
    }

    /// <summary>What SAELens calls the transcoder whose encoder is that of <paramref name="arch"/>.</summary>
    private string Transcoder(string arch)
    {
        if (arch.EndsWith("transcoder", StringComparison.Ordinal)) return arch;
        var form = _request.Skip ? "skip_transcoder" : "transcoder";
        var name = arch == "standard" ? form : $"{arch}_{form}";
        return SaeTrainer.Architectures.Contains(name) || !SaeTrainer.Architectures.Contains(arch) ? name
            : throw OptionException.Invalid($"A transcoder of architecture '{arch}' is not offered.", "Use topk, batchtopk, matryoshka_batchtopk, groupmax, jumprelu or standard.");
    }

    /// <summary>The settings that differ within the request.</summary>
    private string Label(TrainingChoice choice)
    {
        var parts = new List<string>();
        void Add(bool varies, string text)
        {
            if (varies) parts.Add(text);
        }
        Add(_request.Arch.Count > 1, choice.Arch);
        Add(_request.DSae.Count > 1, Text($"d{choice.DSae}"));
        Add(_request.K.Count > 1 && choice.CountsLatents, Text($"k{choice.K}"));
        Add(_request.Penalty.Count > 1 && !choice.CountsLatents, Text($"p{choice.Penalty}"));
        Add(_request.TargetL0.Count > 1 && !choice.CountsLatents, Text($"l0-{choice.TargetL0}"));
        Add(_request.Lr.Count > 1, Text($"lr{choice.Lr}"));
        Add(_request.Seed.Count > 1, Text($"s{choice.Seed}"));
        return string.Join(' ', parts);
    }

    private SaeConfig Config(TrainingChoice choice)
    {
        var (rows, dIn) = (choice.Rows, choice.Rows.Read.Sum(_model.Transformer.HookWidth));
        var perLayer = choice.DSae > 0 ? choice.DSae : OptionException.NotNegative(choice.DSae, "--d-sae") + 8 * dIn / rows.Layers;
        return new()
        {
            Architecture = choice.Arch, DIn = dIn, DOut = rows.IsTranscoder ? rows.Written.Sum(_model.Transformer.HookWidth) : null, ApplyBDecToInput = !rows.IsTranscoder, HookNameOut = rows.HookOut,
            DSae = checked(perLayer * rows.Layers),
            K = choice.CountsLatents ? WholeK(choice) : 0, RescaleActsByDecoderNorm = choice.Arch.Contains("topk", StringComparison.Ordinal) || SaeTrainer.CountsOverBatch(choice.Arch),
            ModelName = _model.Name, HookName = rows.Hook, ContextSize = _data.Context, ReshapeHookZ = rows.Read.Count == 1 && rows.Hook.EndsWith("hook_z", StringComparison.Ordinal),
            PrependBos = _data.PrependBos, Pursuit = choice.Pursuit,
        };
    }

    /// <summary>k in the configuration: whole, except where it is counted over a batch.</summary>
    private static int WholeK(TrainingChoice choice)
    {
        OptionException.Positive(choice.K, "--k");
        if (choice.K != Math.Floor(choice.K) && !SaeTrainer.CountsOverBatch(choice.Arch))
            throw OptionException.Invalid(Text($"--k is {choice.K}, expected a whole number."), $"Only architectures that choose over a whole batch take fractions: {string.Join(", ", SaeTrainer.Architectures.Where(SaeTrainer.CountsOverBatch))}.");
        return (int)Math.Ceiling(choice.K);
    }

    private string FolderOf(TrainingChoice choice, string label)
    {
        var name = _request.Out ?? $"{_model.ShortName}/{choice.Rows.Label}-{(_request.Arch.Count > 1 ? "sweep" : choice.Arch)}";
        if (_rows.Count > 1 && _request.Out is not null) name = $"{name}/{choice.Rows.Label}";
        if (label.Length > 0) name = $"{name}/{label}";
        var isPath = Path.IsPathRooted(name) || name.StartsWith("./", StringComparison.Ordinal) || name.StartsWith("../", StringComparison.Ordinal);
        return Path.GetFullPath(isPath ? name : Path.Combine(_home, "saes", name));
    }

    private static OneOrMore<T> Required<T>(OneOrMore<T> values, string flag) where T : notnull =>
        values.Count > 0 ? values : throw OptionException.Invalid($"{flag} holds no value.", "Give one, or several with commas between them.");

    private static IEnumerable<double?> OrNone(OneOrMore<double> values) => values.Count > 0 ? values.Select(value => (double?)value) : [null];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
