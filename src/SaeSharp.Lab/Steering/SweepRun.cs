using System.Diagnostics;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Lab.Searching;
using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Steering;

/// <summary>Adds one feature's decoder row at many strengths and layers. Continuations are written side by side, so that the weights are read once for many.</summary>
internal sealed class SweepRun
{
    private const int AtOnce = 32;
    private const double ActsFrom = 0.1, LossRoom = 1, RepetitionRoom = 0.25;
    private static readonly double[] UsualTimes = [-1, 0.25, 0.5, 1, 2, 4, 8];

    private readonly SweepRequest _request;
    private readonly LanguageModel _model;
    private readonly LoadedSae _sae;
    private readonly int _feature;
    private readonly FeatureIndex? _index;
    private readonly int[] _prompt;
    private readonly IReadOnlyList<TokenCell> _cells;
    private readonly EditPositions _positions;
    private readonly string[] _hooks;
    private readonly int? _word;
    private readonly IReadOnlyList<ResolvedEdit> _reconstruction = [];

    public SweepRun(SweepRequest request, Shelves shelves, IndexShelf indexes)
    {
        _request = request;
        if (request.Edits is not null) throw OptionException.Invalid("A sweep pushes one feature, but an edits file was given.", "Leave out --edits.");
        _model = shelves.Models.Get(request.Model);
        (_sae, _feature) = shelves.Feature(request.Feature);
        _sae.RequireFits(_model);
        _sae.RequireOneHook();
        _index = indexes.Find(_sae, _model);
        var prompt = _model.Prompt(request);
        (_prompt, _cells) = (prompt.Ids, _model.Cells(prompt));
        _positions = request.Positions ?? (_prompt[0] == _model.BosId ? EditPositions.StartingAt(1) : EditPositions.All);
        if (request.Layers is { } layers)
        {
            if (_sae.Layer is null || !HookLayer.IsInStream(_sae.WrittenHook)) throw LabException.NoRail(_sae.Name, _sae.WrittenHook);
            var range = LayerRange.Parse(layers) ?? throw OptionException.Invalid($"'{layers}' names no layers, expected 3, 2..5 or all.", "Leave it out for the feature's own layer.");
            _hooks = [.. range.In(_model.Transformer.Spec.Layers).Select(layer => _model.Transformer.RequireHook(HookLayer.AtLayer(_sae.WrittenHook, layer)))];
        }
        else _hooks = [_sae.WrittenHook];
        if (request.WithoutError)
        {
            if (_hooks is not [var only] || only != _sae.WrittenHook) throw OptionException.Invalid($"Only {_sae.WrittenHook} has a reconstruction of '{_sae.Name}', and the sweep pushes at other layers.", "Leave out --without-error or --sweep-layers.");
            _reconstruction = [ResolvedEdit.Reconstruction(_sae, _positions, null)];
        }
        _word = request.Word is { } word ? LogitSearch.Spellings(word, _model)[0] : LogitLens.Promoted(_sae, _model, [_feature], 1)?[0][0];
    }

    public SweepResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var (clock, record) = (Stopwatch.StartNew(), new HookRecord());
        using var natural = new LayerRun(_model, [_sae], _prompt, record.AddTo(new HookSet(), _hooks, _prompt.Length), LogitRows.Last);
        var (own, _) = FeatureReader.Peak(natural.Values(_sae, _feature), _cells);
        var norms = _hooks.ToDictionary(hook => hook, hook => MeanNorm(record.Norms(hook)), StringComparer.Ordinal);
        double? max = _index?.Statistics.Max[_feature];
        var unit = max is > 0 ? max.Value : own > 0 ? own : norms[_hooks[0]] / 4;
        double[] coefficients = [.. (_request.Coefficients.Count > 0 ? _request.Coefficients : UsualTimes.Select(times => times * unit)).Distinct().Order()];
        if (coefficients.Any(c => !double.IsFinite(c))) throw OptionException.Invalid("A coefficient is not finite, expected numbers.", "Give for example 2,4,8.");
        if ((long)coefficients.Length * _hooks.Length is > SweepRequest.MostCells and var many) throw OptionException.Invalid($"The sweep has {many} pushes, expected at most {SweepRequest.MostCells}.", "Give fewer coefficients or layers.");

        var places = _hooks.SelectMany(hook => coefficients.Select(c => (Hook: hook, C: c))).ToArray();
        var pushes = places.Select(place => Push(place.Hook, place.C)).ToArray();
        var logits = natural.Logits!.Row<float>(0).ToArray();
        var (kls, changes) = (new double[places.Length], new double[places.Length]);
        var meter = new ProgressMeter(progress, "sweeping", places.Length, "pushes");
        var texts = new List<GenerateResult>();
        var plain = Continuation.Of(_model, _prompt, _request, (HookSet?)null, null, cancel);
        foreach (var chunk in Enumerable.Range(0, places.Length).Chunk(AtOnce))
        {
            foreach (var i in chunk)
            {
                cancel.ThrowIfCancellationRequested();
                var pushed = _model.Transformer.Run(TokenBatch.Of(_prompt), Hooks(pushes[i]), LogitRows.Last)!;   // [1, dVocab]
                if (_word is { } id) changes[i] = (double)pushed.Row<float>(0)[id] - logits[id];
                kls[i] = Kl(natural, pushed);
            }
            texts.AddRange(Continuation.Of(_model, _prompt, _request, [.. chunk.Select(i => Hooks(pushes[i]))], null, cancel));
            meter.Report(texts.Count);
        }
        var figures = TextReading.Of(_model, _prompt, plain.Ids);
        SweepCell[] cells = [.. places.Select((place, i) => Cell(place.C, place.C == 0 ? 0 : Math.Abs(place.C) / norms[place.Hook], kls[i], changes[i], texts[i], figures))];
        return new()
        {
            Model = _model.Name, Sae = _sae.Name, Feature = _feature, Layer = _sae.Layer, Natural = own, IndexMax = max, Word = _word is { } token ? _model.TokenText(token) : null,
            KlOfReconstruction = _reconstruction.Count > 0 ? Kl(natural, _model.Transformer.Run(TokenBatch.Of(_prompt), Hooks([]), LogitRows.Last)!) : null, Text = plain.Text, Figures = figures, Coefficients = coefficients, Seconds = clock.Elapsed.TotalSeconds,
            Layers = [.. _hooks.Select((hook, row) =>
            {
                var of = cells[(row * coefficients.Length)..((row + 1) * coefficients.Length)];
                return new SweepLayer { Layer = HookLayer.Of(hook), Hook = hook, MeanNorm = norms[hook], Cells = of, Suggested = Suggested(of) };
            })],
        };
    }

    /// <summary>From the first coefficient above 0 that acts and leaves language on, as long as the next ones do.</summary>
    private static SuggestedRange? Suggested(IEnumerable<SweepCell> cells)
    {
        SweepCell[] good = [.. cells.Where(cell => cell.Coefficient > 0).SkipWhile(cell => !(cell.Acts && cell.IsLanguage)).TakeWhile(cell => cell.Acts && cell.IsLanguage)];
        return good.Length > 0 ? new(good[0].Coefficient, good[^1].Coefficient) : null;
    }

    private SweepCell Cell(double c, double ofNorm, double kl, double change, GenerateResult text, TextFigures plain)
    {
        var (loss, repetition) = TextReading.Of(_model, _prompt, text.Ids);
        var language = (loss ?? 0) <= (plain.Loss ?? 0) + LossRoom && (repetition ?? 0) <= (plain.Repetition ?? 0) + RepetitionRoom;
        return new(c, ofNorm, kl, loss, repetition, _word is null ? null : change, kl >= ActsFrom, language, text.Text);
    }

    private ResolvedEdit Push(string hook, double c) => hook == _sae.WrittenHook
        ? new(EditOp.Add, hook, _sae, _feature, null, c, _positions)
        : new(EditOp.Add, hook, null, 0, Tensor.Of(_sae.UnitDirection(_feature), _sae.Sae.DOut), c, _positions);

    private double Kl(LayerRun natural, Tensor pushed)
    {
        var plain = natural.Logits!.Clone(); // the comparison turns both into log-probabilities
        var (kl, _) = NextTokens.Compare(plain, pushed, _model);
        plain.Free();
        pushed.Free();
        return kl;
    }

    private HookSet Hooks(params ReadOnlySpan<ResolvedEdit> pushes) => EditsFile.Apply([.. pushes, .. _reconstruction], _model, _prompt.Length, new HookSet());

    private double MeanNorm(double[] norms)
    {
        var edited = norms.Where((_, position) => _positions.Contains(position, _prompt.Length)).ToList();
        return edited.Count > 0 ? edited.Average() : norms.Where((_, position) => !_cells[position].IsSpecial).DefaultIfEmpty(0).Average();
    }
}
