using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Models;

namespace SaeSharp.Lab.Steering;

/// <summary>Pushes features, and says what they do by themselves, what was added, and what it did at every layer.</summary>
internal sealed class SteeringRun
{
    private const int MostControls = 32;

    private readonly SteerRequest _request;
    private readonly FeatureLabels _labels;
    private readonly LanguageModel _model;
    private readonly IReadOnlyList<LoadedSae> _saes;
    private readonly IReadOnlyList<Push> _pushes;
    private readonly IReadOnlyList<ResolvedEdit> _fileEdits;
    private readonly Dictionary<LoadedSae, FeatureIndex?> _indexes;
    private readonly int[] _prompt;
    private readonly string? _promptText;
    private readonly IReadOnlyList<TokenCell> _cells;
    private readonly EditPositions _positions;
    private readonly ResolvedCondition? _when;

    public SteeringRun(SteerRequest request, Shelves shelves, IndexShelf indexes, FeatureLabels labels)
    {
        (_request, _labels) = (request, labels);
        OptionException.InRange(request.Controls, 0, MostControls, "--controls");
        _model = shelves.Models.Get(request.Model);
        _pushes = [.. request.Features.Select(feature => Push.Parse(feature, shelves, needsAmount: request.Op is not (EditOp.Ablate or EditOp.Project)))];
        _when = request.When is null ? null : EditsFile.Condition(request.When, request.Reach, shelves);
        _fileEdits = request.Edits is null ? [] : EditsFile.Read(request.Edits, shelves);
        if (_pushes.Count + _fileEdits.Count == 0) throw LabException.NothingToDo("no feature is pushed and no edits are given", "Give --feature SAE:N=COEF, or --edits FILE.");
        var steered = _pushes.Select(push => push.Sae).Concat(_fileEdits.Select(edit => edit.Sae).OfType<LoadedSae>()).Distinct().ToList();
        foreach (var sae in steered)
        {
            sae.RequireFits(_model);
            sae.RequireOneHook();
        }
        _saes = shelves.SaesFor(_model, [.. (request.Saes.Count > 0 ? request.Saes.Select(name => shelves.Saes.Get(name).Folder) : shelves.SaesFor(_model, []).Select(sae => sae.Folder))
            .Union(steered.Select(sae => sae.Folder))]);
        _indexes = _saes.ToDictionary(sae => sae, sae => indexes.Find(sae, _model));
        var prompt = _model.Prompt(request);
        (_prompt, _promptText, _cells) = (prompt.Ids, prompt.Text, _model.Cells(prompt));
        _positions = request.Positions ?? (_prompt[0] == _model.BosId ? EditPositions.StartingAt(1) : EditPositions.All);
    }

    public SteerResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        using var natural = new LayerRun(_model, _saes, _prompt, new HookSet(), LogitRows.Last);
        var edits = _pushes.Select(push => Resolve(push, natural)).Concat(_fileEdits).ToList();
        using var edited = new LayerRun(_model, _saes, _prompt, Hooks(edits), LogitRows.Last);
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
        return new()
        {
            Model = _model.Name, PromptText = _promptText, Prompt = _cells, Before = before, After = after, Kl = kl, NextTokens = next, ReadBack = readBack, ContinuationOf = "before",
            Features = [.. edits.Where(edit => edit.Sae is not null).Select(edit => Describe(edit, natural, edited))],
            Layers = [.. _saes.Select(sae => new LayerDifference(sae, first, second, readBack, _indexes[sae]?.Statistics, _labels.Lookup(sae))
                .Describe(_prompt.Length, OptionException.NotNegative(_request.Top, "--top"), [.. edits.Where(edit => edit.Sae == sae).Select(edit => edit.Feature)]))],
            Controls = [.. controls.Zip(texts[2..], (control, text) => Describe(control.Kind, control.Edits, text, natural))],
            BeforeFigures = controls.Count > 0 ? TextReading.Of(_model, _prompt, before.Ids) : null, AfterFigures = controls.Count > 0 ? TextReading.Of(_model, _prompt, after.Ids) : null,
        };
    }

    private SteeringControl Describe(ControlKind kind, IReadOnlyList<ResolvedEdit> edits, GenerateResult text, LayerRun natural)
    {
        var logits = _model.Transformer.Run(TokenBatch.Of(_prompt), Hooks(edits), LogitRows.Last)!;
        var (kl, _) = NextTokens.Compare(natural.Logits!, logits, _model);
        logits.Free();
        return new()
        {
            Kind = kind, Text = text, Kl = kl, Figures = TextReading.Of(_model, _prompt, text.Ids),
            Features = [.. edits.Where(edit => edit.Sae is not null).Select(edit => FormattableString.Invariant($"{edit.Sae!.Name}:{edit.Feature}={edit.Coefficient:G6}"))],
        };
    }

    private HookSet Hooks(IReadOnlyList<ResolvedEdit> edits) => EditsFile.Apply(edits, _model, _prompt.Length, new HookSet());

    private ResolvedEdit Resolve(Push push, LayerRun natural)
    {
        var (own, _) = FeatureReader.Peak(natural.Values(push.Sae, push.Feature), _cells);
        return new(_request.Op, push.Sae.WrittenHook, push.Sae, push.Feature, null, push.Coefficient(own, IndexMax(push.Sae, push.Feature)), _positions, _when);
    }

    private double? IndexMax(LoadedSae sae, int feature) => _indexes[sae]?.Statistics.Max[feature];

    private SteeredFeature Describe(ResolvedEdit edit, LayerRun natural, LayerRun edited)
    {
        var (sae, feature, c) = (edit.Sae!, edit.Feature, edit.Coefficient);
        var (values, reencoded) = (natural.Values(sae, feature), edited.Values(sae, feature));
        var (own, position) = FeatureReader.Peak(values, _cells);
        var (max, norm) = (IndexMax(sae, feature), MeanNorm(edit, natural.Norms(sae)));
        return new()
        {
            Sae = sae.Name, Feature = feature, Label = _labels.Lookup(sae)(feature), Hook = edit.Hook, Layer = sae.Layer, Op = edit.Op, Formula = edit.Formula, Positions = edit.Positions, Coefficient = c,
            Natural = own, NaturalPosition = position, NaturalToken = position is { } at ? _cells[at].Text : null, NaturalValues = values,
            TimesNatural = own > 0 ? c / own : null, IndexMax = max, OfIndexMax = max is > 0 ? c / max : null,
            MeanNorm = norm, OfNorm = norm > 0 ? Math.Abs(c) / norm : null, ReencodedValues = reencoded, Reencoded = FeatureReader.Peak(reencoded, _cells).Max,
            Note = Note(own, max, sae),
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

    /// <summary>Mean ‖h‖ at the edited prompt positions; at all but special ones where none is edited.</summary>
    private double MeanNorm(ResolvedEdit edit, double[] norms)
    {
        var edited = norms.Where((_, position) => edit.Positions.Contains(position, _prompt.Length)).ToList();
        if (edited.Count == 0) edited = [.. norms.Where((_, position) => !_cells[position].IsSpecial)];
        return edited.Count > 0 ? edited.Average() : 0;
    }
}
