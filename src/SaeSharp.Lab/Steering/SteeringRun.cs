using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Models;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Steering;

/// <summary>Pushes features, and says what they do by themselves, what was added, and what it did at every layer.</summary>
internal sealed class SteeringRun
{
    private const int MostControls = 32, MostWords = 50;

    private readonly SteerRequest _request;
    private readonly FeatureLabels _labels;
    private readonly Backend _backend;
    private readonly LanguageModel _model;
    private readonly IReadOnlyList<LoadedSae> _saes;
    private readonly IReadOnlyList<Push> _pushes;
    private readonly IReadOnlyList<ResolvedEdit> _otherEdits;
    private readonly List<ResolvedEdit> _reconstructions;
    private readonly IReadOnlyList<(LoadedSae Sae, int Feature)> _followed;
    private readonly Dictionary<LoadedSae, FeatureIndex?> _indexes;
    private readonly int[] _prompt;
    private readonly int[]? _instead;
    private readonly string? _promptText;
    private readonly IReadOnlyList<TokenCell> _cells;
    private readonly EditPositions _positions;
    private readonly ResolvedCondition? _when;

    public SteeringRun(SteerRequest request, Shelves shelves, IndexShelf indexes, FeatureLabels labels)
    {
        (_request, _labels, _backend) = (request, labels, shelves.Backend);
        OptionException.InRange(request.Controls, 0, MostControls, "--controls");
        OptionException.InRange(request.Words.Count, 0, MostWords, "the number of --word");
        if (request.Out is { } file) SteeringExport.RequireKnown(file);
        _model = shelves.Models.Get(request.Model);
        _pushes = [.. request.Features.Select(feature => Push.Parse(feature, shelves, needsAmount: request.Op is not (EditOp.Ablate or EditOp.Project)))];
        _when = request.When is null ? null : EditsFile.Condition(request.When, request.Reach, shelves);
        var prompt = _model.Prompt(request);
        (_prompt, _promptText, _cells) = (prompt.Ids, prompt.Text, _model.Cells(prompt));
        _instead = request.Instead is { } instead ? _model.Prompt(request with { Prompt = instead, Ids = null, Messages = null, Chat = request.Chat || request.Messages is not null }).Ids : null;
        _positions = request.Positions ?? (_prompt[0] == _model.BosId ? EditPositions.StartingAt(1) : EditPositions.All);
        _otherEdits = [.. request.Edits is null ? [] : EditsFile.Read(request.Edits, shelves), .. MeanDifference.Of(request, _model, _positions, _when)];
        if (_pushes.Count + _otherEdits.Count == 0) throw LabException.NothingToDo("no feature is pushed and no edits are given", "Give --feature SAE:N=COEF, --edits FILE, or --toward and --from with prompts.");
        var steered = _pushes.Select(push => push.Sae).Concat(_otherEdits.Select(edit => edit.Sae).OfType<LoadedSae>()).Distinct().ToList();
        foreach (var sae in steered)
        {
            sae.RequireFits(_model);
            sae.RequireOneHook();
        }
        _reconstructions = request.WithoutError ? Reconstructions() : [];
        _followed = [.. request.Follow.Select(shelves.Feature)];
        foreach (var (sae, _) in _followed) sae.RequireFits(_model);
        _saes = shelves.SaesFor(_model, [.. (request.Saes.Count > 0 ? request.Saes.Select(name => shelves.Saes.Get(name).Folder) : shelves.SaesFor(_model, []).Select(sae => sae.Folder))
            .Union(steered.Concat(_followed.Select(entry => entry.Sae)).Select(sae => sae.Folder))]);
        _indexes = _saes.ToDictionary(sae => sae, sae => indexes.Find(sae, _model));
    }

    public SteerResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var record = new HookRecord();
        var hooks = _otherEdits.Where(edit => edit.Sae is null).Select(edit => edit.Hook).Concat(_pushes.SelectMany(push => SteeringRail.Hooks(push, _model))).Select(_model.Transformer.RequireHook);
        using var natural = new LayerRun(_model, _saes, _prompt, record.AddTo(new HookSet(), hooks, _prompt.Length), LogitRows.Last);
        var edits = _pushes.SelectMany(push => Resolve(push, natural)).Concat(_otherEdits).ToList();
        using var edited = new LayerRun(_model, _saes, _prompt, Hooks(edits), LogitRows.Last);
        var words = WordChanges.Of(_request.Words, natural.Logits!, edited.Logits!, _model);
        var (kl, next) = NextTokens.Compare(natural.Logits!, edited.Logits!, _model);

        var controls = _request.Controls == 0 ? [] : new ControlDraw(_model, edits, sae => _indexes.GetValueOrDefault(sae)?.Statistics, _request.Seed).Draw(_request.Controls);
        GenerateResult[] texts = Continuation.Of(_model, _prompt, _request, [null, Hooks(edits), .. controls.Select(control => Hooks(control.Edits))], progress, cancel);
        var (before, after) = (texts[0], texts[1]);
        int[] common = [.. _prompt, .. before.Ids];
        if (common.Length > _model.Transformer.Spec.Context) common = common[.._model.Transformer.Spec.Context];
        var readBack = _model.Cells(common).Select((cell, i) => cell with { IsTemplate = i < _cells.Count && _cells[i].IsTemplate }).ToList();
        cancel.ThrowIfCancellationRequested();
        using var first = new LayerRun(_model, _saes, common, new HookSet(), LogitRows.None);
        using var second = new LayerRun(_model, _saes, common, Hooks(edits), LogitRows.None);
        var traces = new FollowedTraces([.. _pushes.Select(push => (push.Sae, push.Feature)).Concat(edits.Where(edit => edit.Sae is not null).Select(edit => (edit.Sae!, edit.Feature))).Distinct()], _followed, _request.Twins, _backend);
        var result = new SteerResult
        {
            Model = _model.Name, PromptText = _promptText, Prompt = _cells, Before = before, After = after, Kl = kl, KlOfReconstruction = _reconstructions.Count > 0 ? Kl([], natural) : null, NextTokens = next, Words = words, ReadBack = readBack, ContinuationOf = "before",
            Features = [.. edits.Where(edit => edit.Sae is not null).Select(edit => Describe(edit, natural, edited))],
            Vectors = [.. edits.Where(edit => edit.Sae is null).Select(edit => Describe(edit, record))],
            Layers = [.. _saes.Select(sae => new LayerDifference(sae, first, second, readBack, _indexes[sae]?.Statistics, _labels.Lookup(sae))
                .Describe(_prompt.Length, OptionException.NotNegative(_request.Top, "--top"), traces.At(sae)))],
            Controls = [.. controls.Zip(texts[2..], (control, text) => Describe(control.Kind, control.Edits, text, natural)), .. _instead is null ? Array.Empty<SteeringControl>() : [Ask(_instead, natural, cancel)]],
        };
        if (result.Controls.Count > 0) result = result with { BeforeFigures = TextReading.Of(_model, _prompt, before.Ids), AfterFigures = TextReading.Of(_model, _prompt, after.Ids) };
        if (_request.Out is { } file) SteeringExport.Write(file, _request, result);
        return result;
    }

    private SteeringControl Describe(ControlKind kind, IReadOnlyList<ResolvedEdit> edits, GenerateResult text, LayerRun natural) => new()
    {
        Kind = kind, Text = text, Kl = Kl(edits, natural), Figures = TextReading.Of(_model, _prompt, text.Ids),
        Features = [.. edits.Where(edit => edit.Sae is not null).Select(edit => FormattableString.Invariant($"{edit.Sae!.Name}:{edit.Feature}={edit.Coefficient:G6}"))],
    };

    /// <summary>What a prompt that asks for it brings about.</summary>
    private SteeringControl Ask(int[] prompt, LayerRun natural, CancellationToken cancel)
    {
        var text = Continuation.Of(_model, prompt, _request, (HookSet?)null, null, cancel);
        return new() { Kind = ControlKind.Prompt, Text = text, Kl = Kl(prompt, new HookSet(), natural), Figures = TextReading.Of(_model, prompt, text.Ids), Features = [] };
    }

    private double Kl(IReadOnlyList<ResolvedEdit> edits, LayerRun natural) => Kl(_prompt, Hooks(edits), natural);

    private double Kl(int[] prompt, HookSet hooks, LayerRun natural)
    {
        var logits = _model.Transformer.Run(TokenBatch.Of(prompt), hooks, LogitRows.Last)!;
        var (kl, _) = NextTokens.Compare(natural.Logits!, logits, _model);
        logits.Free();
        return kl;
    }

    /// <summary>One for each SAE whose feature is pushed at its own hook; controls get them, too.</summary>
    private List<ResolvedEdit> Reconstructions()
    {
        var saes = _pushes.Where(push => push.Rail?.In(_model.Transformer.Spec.Layers).Contains(push.Sae.Layer ?? -1) ?? true).Select(push => push.Sae).Distinct().ToList();
        if (saes.Count == 0) throw OptionException.Invalid("--without-error leaves out what an SAE does not explain, but no feature is pushed at its own hook.", "Push SAE:N=COEF, or leave out --without-error.");
        List<ResolvedEdit> made = [.. saes.Select(sae => ResolvedEdit.Reconstruction(sae, _positions, _when))];
        foreach (var sae in saes)
        {
            if (saes.FirstOrDefault(other => other != sae && other.InputOf(_model) == sae.InputOf(_model)) is { } other)
                throw OptionException.Invalid($"'{sae.Name}' and '{other.Name}' both reconstruct {sae.WrittenHook}, and one reconstruction can take the activation's place.", "Push features of one of them, or leave out --without-error.");
        }
        return made;
    }

    private HookSet Hooks(IReadOnlyList<ResolvedEdit> edits) => EditsFile.Apply([.. edits, .. _reconstructions], _model, _prompt.Length, new HookSet());

    private IEnumerable<ResolvedEdit> Resolve(Push push, LayerRun natural)
    {
        var (own, _) = FeatureReader.Peak(natural.Values(push.Sae, push.Feature), _cells);
        double Coefficient(double along) => push.Coefficient(own, IndexMax(push.Sae, push.Feature), along);
        return push.Rail is null
            ? [new ResolvedEdit(_request.Op, push.Sae.WrittenHook, push.Sae, push.Feature, null, Coefficient(0), _positions, _when)]
            : SteeringRail.Edits(push, _model, _request.Op, Coefficient, _positions, _when);
    }

    private double? IndexMax(LoadedSae sae, int feature) => _indexes[sae]?.Statistics.Max[feature];

    private SteeredFeature Describe(ResolvedEdit edit, LayerRun natural, LayerRun edited)
    {
        var (sae, feature, c) = (edit.Sae!, edit.Feature, edit.Coefficient);
        var (values, reencoded) = (natural.Values(sae, feature), edited.Values(sae, feature));
        var (own, position) = FeatureReader.Peak(values, _cells);
        var (max, norm) = (IndexMax(sae, feature), MeanOverEdited(edit, natural.Norms(sae)));
        return new()
        {
            Sae = sae.Name, Feature = feature, Label = _labels.Lookup(sae)(feature), Hook = edit.Hook, Layer = sae.Layer, Op = edit.Op, Positions = edit.Positions, Coefficient = c,
            Formula = _reconstructions.Any(made => made.Sae == sae) ? edit.Formula.Replace("h += ", "h = ĥ + ", StringComparison.Ordinal).Replace("h −= ", "h = ĥ − ", StringComparison.Ordinal) : edit.Formula,
            Natural = own, NaturalPosition = position, NaturalToken = position is { } at ? _cells[at].Text : null, NaturalValues = values,
            TimesNatural = own > 0 ? c / own : null, IndexMax = max, OfIndexMax = max is > 0 ? c / max : null,
            MeanNorm = norm, OfNorm = norm > 0 ? Math.Abs(c) / norm : null, ReencodedValues = reencoded, Reencoded = FeatureReader.Peak(reencoded, _cells).Max,
            Note = Note(own, max, sae),
        };
    }

    private SteeredVector Describe(ResolvedEdit edit, HookRecord record)
    {
        var hook = _model.Transformer.RequireHook(edit.Hook);
        var (vector, norm) = (edit.Vector is { Rank: 1 } one ? one : null, MeanOverEdited(edit, record.Norms(hook)));
        var length = vector is null ? (double?)null : Math.Sqrt(LayerRun.Squares(vector.To(DType.F32).Span<float>()));
        return new()
        {
            Name = edit.Named ?? "vector", Hook = edit.Hook, Layer = HookLayer.Of(edit.Hook), Op = edit.Op, Formula = edit.Formula, Positions = edit.Positions, Coefficient = edit.Coefficient,
            Length = length, Along = length > 0 ? MeanOverEdited(edit, record.Along(hook, vector!)) / length : null,
            MeanNorm = norm, OfNorm = edit.Op == EditOp.Add && length is { } l && norm > 0 ? Math.Abs(edit.Coefficient) * l / norm : null,
        };
    }

    private string? Note(double natural, double? max, LoadedSae sae)
    {
        List<string> notes = [];
        if (natural == 0) notes.Add("the prompt does not use this feature: what is added is injected, and there is no natural coefficient to compare with");
        if (_indexes[sae] is null) notes.Add("this SAE has no index on this model, so the feature's largest value is not known");
        else if (max is null) notes.Add("the feature fires nowhere in the index");
        return notes.Count > 0 ? string.Join("; ", notes) : null;
    }

    /// <summary>Mean at the edited prompt positions; at all but special ones where none is edited.</summary>
    private double MeanOverEdited(ResolvedEdit edit, double[] values)
    {
        var edited = values.Where((_, position) => edit.Positions.Contains(position, _prompt.Length)).ToList();
        if (edited.Count == 0) edited = [.. values.Where((_, position) => !_cells[position].IsSpecial)];
        return edited.Count > 0 ? edited.Average() : 0;
    }
}
