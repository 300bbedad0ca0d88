using System.Globalization;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Saes;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Lab.Training;

/// <summary>The SAEs a request asks for: every hook with every architecture, width, k, price, learning rate and seed it names.</summary>
internal sealed class TrainingPlan
{
    private readonly TrainRequest _request;
    private readonly LanguageModel _model;
    private readonly Corpus _corpus;
    private readonly string _home;

    public TrainingPlan(TrainRequest request, LanguageModel model, Corpus corpus, string home)
    {
        (_request, _model, _corpus, _home) = (request, model, corpus, home);
        OptionException.Positive(request.Batch, "--batch");
        Hooks = [.. request.Hooks.Distinct()];
        Saes = [.. Hooks.SelectMany(Choices).Select(Of)];
        var twice = Saes.GroupBy(sae => sae.Folder).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null) throw OptionException.Invalid($"Two SAEs of this command would be written to {twice.Key}.", "Name each value once.");
    }

    public IReadOnlyList<string> Hooks { get; }

    public IReadOnlyList<PlannedSae> Saes { get; }

    /// <summary>Steps of every SAE.</summary>
    public int Steps => Saes[0].Options.Steps;

    /// <summary>Every combination; k only where an architecture counts latents, prices only where it has none.</summary>
    private IEnumerable<Choice> Choices(string hook) =>
        from arch in Required(_request.Arch, "--arch")
        from dSae in Required(_request.DSae, "--d-sae")
        from k in Required(_request.K, "--k").Take(CountsLatents(arch) ? int.MaxValue : 1)
        from price in Required(_request.L1, "--l1").Take(CountsLatents(arch) ? 1 : int.MaxValue)
        from rate in Required(_request.Lr, "--lr")
        from seed in Required(_request.Seed, "--seed")
        select new Choice(hook, arch, dSae, k, price, rate, seed);

    private static bool CountsLatents(string arch) => arch.Contains("topk", StringComparison.Ordinal);

    private PlannedSae Of(Choice choice)
    {
        if (!SaeTrainer.Architectures.Contains(choice.Arch)) throw OptionException.Invalid(
            $"There is no architecture '{choice.Arch}' that can be trained.", $"Known are: {string.Join(", ", SaeTrainer.Architectures)}.");
        var label = Label(choice);
        return new(label.Length == 0 ? choice.Hook : $"{choice.Hook} {label}".TrimEnd(), FolderOf(choice, label.Replace(' ', '-')), choice.Hook, Config(choice), Options(choice));
    }

    /// <summary>The settings that differ within the request.</summary>
    private string Label(Choice choice)
    {
        var parts = new List<string>();
        void Add(bool varies, string text)
        {
            if (varies) parts.Add(text);
        }
        Add(_request.Arch.Count > 1, choice.Arch);
        Add(_request.DSae.Count > 1, Text($"d{choice.DSae}"));
        Add(_request.K.Count > 1 && CountsLatents(choice.Arch), Text($"k{choice.K}"));
        Add(_request.L1.Count > 1 && !CountsLatents(choice.Arch), Text($"l{choice.L1}"));
        Add(_request.Lr.Count > 1, Text($"lr{choice.Lr}"));
        Add(_request.Seed.Count > 1, Text($"s{choice.Seed}"));
        return string.Join(' ', parts);
    }

    private SaeConfig Config(Choice choice)
    {
        var dIn = _model.Transformer.HookWidth(choice.Hook);
        var hasK = CountsLatents(choice.Arch);
        return new()
        {
            Architecture = choice.Arch, DIn = dIn, DSae = choice.DSae > 0 ? choice.DSae : OptionException.NotNegative(choice.DSae, "--d-sae") + 8 * dIn,
            K = hasK ? OptionException.Positive(choice.K, "--k") : 0, RescaleActsByDecoderNorm = hasK,
            ModelName = _model.Name, HookName = choice.Hook, ContextSize = _corpus.Context, ReshapeHookZ = choice.Hook.EndsWith("hook_z", StringComparison.Ordinal),
            PrependBos = _corpus.Windows[0].Ids[0] == _model.BosId,
        };
    }

    private TrainingOptions Options(Choice choice)
    {
        var tokens = OptionException.NotNegative(_request.Tokens, "--tokens") > 0 ? _request.Tokens : _corpus.KeptTokens;
        var steps = (int)Math.Max(1, tokens / _request.Batch);
        var warmup = Math.Min(_request.Warmup, steps);
        return new()
        {
            Steps = steps, ClipNorm = _request.ClipNorm, Seed = choice.Seed, CheckpointEvery = _request.CheckpointEvery,
            Rate = new() { Peak = OptionException.Positive(choice.Lr, "--lr"), WarmupSteps = warmup, DecaySteps = Math.Min(_request.Decay ?? steps / 5, steps - warmup) },
            Dead = new() { WindowTokens = _request.DeadTokens ?? (long)_request.DeadWindow * _request.Batch, AuxK = _request.AuxK, AuxCoefficient = _request.AuxCoefficient },
            Penalty = new() { Coefficient = choice.L1, WarmupSteps = _request.L1Warmup },
            Input = new()
            {
                Normalisation = _request.Normalise switch
                {
                    "expected-average" => InputNormalisation.MeanNorm,
                    "none" => InputNormalisation.None,
                    var other => throw OptionException.Invalid($"--normalise is '{other}', expected expected-average or none.", "Leave it out for expected-average."),
                },
            },
        };
    }

    private string FolderOf(Choice choice, string label)
    {
        var name = _request.Out ?? $"{_model.ShortName}/{choice.Hook}-{(_request.Arch.Count > 1 ? "sweep" : choice.Arch)}";
        if (Hooks.Count > 1 && _request.Out is not null) name = $"{name}/{choice.Hook}";
        if (label.Length > 0) name = $"{name}/{label}";
        var isPath = Path.IsPathRooted(name) || name.StartsWith("./", StringComparison.Ordinal) || name.StartsWith("../", StringComparison.Ordinal);
        return Path.GetFullPath(isPath ? name : Path.Combine(_home, "saes", name));
    }

    private static OneOrMore<T> Required<T>(OneOrMore<T> values, string flag) where T : notnull =>
        values.Count > 0 ? values : throw OptionException.Invalid($"{flag} holds no value.", "Give one, or several with commas between them.");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Choice(string Hook, string Arch, int DSae, int K, double L1, double Lr, int Seed);
}
