using System.Diagnostics;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Lab.Coding;

/// <summary>Codes signals from a file or a model, batch by batch.</summary>
internal sealed class CodeRun(CodeRequest request, Shelves shelves, string home)
{
    private readonly CodeTally _tally = new();
    private CodeFile? _file;

    public CodeResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        Require();
        var sae = request.Sae is null ? null : new SaeDictionary(shelves.Saes.Get(request.Sae));
        var dictionary = sae?.Dictionary ?? new AtomDictionary(ReadAtoms(), shelves.Backend);
        var saved = request.Save is null ? null : new SavedCoder(request.Save, home, shelves);
        _file = request.Out is null ? null : new CodeFile(dictionary, request.Precision);
        var (options, solver) = ((CodingOptions?)null, (SparseSolver?)null);
        foreach (var signals in Batches(sae, dictionary, progress, cancel))
        {
            cancel.ThrowIfCancellationRequested();
            options ??= SolverChoice.Of(request, dictionary, signals);
            solver ??= options.Solver(request.Precision);
            var clock = Stopwatch.StartNew();
            var answers = solver.Solve(dictionary, signals);
            _tally.Add(signals, answers, clock.Elapsed.TotalSeconds);
            _file?.Add(signals, answers);
        }
        if (options is null) throw LabException.NothingToDo("there is no signal", "Check --input and --tensor, or --texts.");
        _file?.Write(request.Out!);
        var name = saved?.Write(dictionary.Atoms, sae?.Offset ?? Tensor.Zeros(DType.F32, dictionary.Width), sae?.Sae.Sae.Config ?? Described(dictionary), options);
        return _tally.Describe(new()
        {
            Method = System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(request.Method.ToString()), Dictionary = request.Sae ?? request.Dictionary!, Atoms = dictionary.Count, Width = dictionary.Width, Signals = 0, Out = request.Out, Saved = name, Stopped = new Dictionary<string, long>(),
        });
    }

    private void Require()
    {
        if ((request.Sae is null) == (request.Dictionary is null))
            throw OptionException.Invalid("The atoms come from an SAE or from a file, expected exactly one of them.", "Give --sae SAE or --dictionary FILE.");
        if (request is { Sae: not null, Hook: not null }) throw OptionException.Invalid("--hook was given beside an SAE, which says itself what it reads.", "Leave out --hook.");
        if (request is { Sae: null, Hook: null, Input: null } or { Sae: null, Hook: null, Save: not null })
            throw OptionException.Invalid("A matrix does not say which hook point it belongs to.", "Give --hook H, or code signals from a file with --input FILE.");
        if (request is { Sae: null, Input: null, Model: null }) throw OptionException.Invalid("A matrix does not say which model it belongs to.", "Give --model MODEL.");
    }

    /// <summary>What a matrix from a file is for.</summary>
    private SaeConfig Described(AtomDictionary dictionary) => new()
    {
        Architecture = "", DIn = dictionary.Width, DSae = dictionary.Count, HookName = request.Hook, ModelName = request.Model is { } model ? shelves.Models.Get(model).Name : null, ContextSize = request.Corpus.Context,
    };

    private Tensor ReadAtoms()
    {
        using var file = SafetensorsFile.Open(request.Dictionary!);
        var atoms = Floats(file.Read(request.Atoms));
        if (!request.Columns) return atoms;
        if (atoms.Rank != 2) throw OptionException.Invalid($"'{request.Atoms}' is {atoms.ShapeText}, expected [width, atoms].", "Leave out --columns, or name another tensor with --atoms.");
        var turned = Tensor.Zeros(atoms.DType, atoms.Columns, atoms.RowCount);
        for (var row = 0; row < atoms.RowCount; row++)
            for (var column = 0; column < atoms.Columns; column++) turned.Write((long)column * atoms.RowCount + row, atoms.Read((long)row * atoms.Columns + column));
        return turned;
    }

    private IEnumerable<Tensor> Batches(SaeDictionary? sae, AtomDictionary dictionary, IProgress<Progress>? progress, CancellationToken cancel) =>
        request.Input is not null ? FileSignals(sae) : ModelSignals(sae, dictionary.Width, progress, cancel);

    private IEnumerable<Tensor> FileSignals(SaeDictionary? sae)
    {
        using var file = SafetensorsFile.Open(request.Input!);
        var x = Floats(file.Read(request.Tensor));
        if (x.Count == 0) yield break;
        var rows = x.Reshape(x.RowCount, x.Columns);
        var count = request.Tokens > 0 ? (int)Math.Min(request.Tokens, rows.RowCount) : rows.RowCount;
        for (var first = 0; first < count; first += Harvester.DefaultRows)
        {
            var part = rows.Rows(first, Math.Min(Harvester.DefaultRows, count - first));
            yield return sae is null ? part : sae.Signals(part.To(DType.F32), sae.Sae.Encode(part.To(DType.F32)));
        }
    }

    private IEnumerable<Tensor> ModelSignals(SaeDictionary? sae, int width, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var model = sae is null ? shelves.Models.Get(request.Model!) : shelves.ModelFor(sae.Sae, request.Model);
        var view = sae?.Sae.ViewOf(model) ?? new JoinedView(ActivationView.Of(model.Transformer, request.Hook!, ModelProcessing.None));
        if (view.WidthOf(model.Transformer) is var found && found != width) throw OptionException.Invalid($"The atoms have length {width}, but {view.Name} of {model.Name} has width {found}.", "Check --hook and --atoms; if the atoms are the columns of the matrix, give --columns.");
        var corpus = Corpus.Read(request.Corpus, model).Take(request.Tokens);
        var (meter, done) = (new ProgressMeter(progress, "coding", corpus.KeptTokens, "tokens"), 0L);
        var harvester = new Harvester(model, [.. view.Parts.Distinct()], Harvester.DefaultRows);
        foreach (var windows in Corpus.Batches(corpus.Windows, Harvester.DefaultRows))
        {
            cancel.ThrowIfCancellationRequested();
            using var harvested = harvester.Run(windows);
            var x = harvested.Of(view);
            yield return sae is null ? x : sae.Signals(x, sae.Sae.Encode(x));
            meter.Report(done += x.RowCount);
        }
    }

    /// <summary>F64 stays, everything else becomes f32.</summary>
    private static Tensor Floats(Tensor tensor) => tensor.DType is DType.F64 or DType.F32 ? tensor : tensor.To(DType.F32);
}
