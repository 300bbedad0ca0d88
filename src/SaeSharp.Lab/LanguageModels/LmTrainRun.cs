using System.Diagnostics;
using System.Text.Json;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Models;
using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Training;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.LanguageModels;

/// <summary>Trains the language model that a request describes and puts it into the workspace as a Hugging Face folder.</summary>
/// <remarks>Checkpoints and a learnt tokenizer lie in <c>runs/</c> under the hash of the folder that the model is written to; a finished training leaves its result there, which the same command with --resume then returns.</remarks>
internal sealed class LmTrainRun
{
    private const string FinishedFile = "finished.json", TokenizerPart = "tokenizer";
    private const int SampleTokens = 60;
    private readonly LmTrainRequest _request;
    private readonly Shelves _shelves;
    private readonly string _output, _run;

    public LmTrainRun(LmTrainRequest request, Shelves shelves, string home)
    {
        if (string.IsNullOrWhiteSpace(request.Out)) throw OptionException.Invalid("--out is empty, expected a name or a folder.", "Leave it out for 'lm'.");
        if (request.From is not null && request.Config is not null) throw OptionException.Invalid("--from and --config are both given; a model to go on with has its config.", "Leave one out.");
        OptionException.InRange(request.Samples, 0, 100, "--samples");
        var isPath = Path.IsPathRooted(request.Out) || request.Out.StartsWith("./", StringComparison.Ordinal) || request.Out.StartsWith("../", StringComparison.Ordinal);
        (_request, _shelves, _output) = (request, shelves, Path.GetFullPath(isPath ? request.Out : Path.Combine(home, "models", request.Out)));
        _run = Path.Combine(home, "runs", $"lm-{ContentHash.OfText(_output)[..12]}");
    }

    public LmTrainResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        if (!_request.Resume && Directory.Exists(_run)) Directory.Delete(_run, recursive: true);
        if (Finished() is { } finished) return finished;
        Directory.CreateDirectory(_run);
        var from = _request.From is null ? null : _shelves.Models.Find(_request.From) ?? _shelves.Models.Get(_request.From).Path;
        var data = LanguageData.Read(_request, from, Path.Combine(_run, TokenizerPart), progress, cancel);
        var model = Model(from, data);
        var recipe = Recipe(model, data);
        var cost = LanguageCost.Of(model, recipe);
        cost.Require();
        progress?.Report(new($"training {model.ParameterCount:N0} parameters on {(long)recipe.Options.Steps * recipe.RowsOfStep:N0} tokens in {recipe.Options.Steps:N0} steps: {cost.Text}", 0, 0, 0, null, ""));

        var run = new LanguageRun(model, recipe, _run, _request.Seed);
        if (_request.Resume) run.Resume();
        run.Train(data.Stream(_request.Seed), data.HeldOut, progress, cancel);
        ModelFolder.Write(_output, model, _request.Dtype == WeightType.Bf16 ? DType.BF16 : DType.F32, data.TokenizerFolder);
        double? validation = data.HeldOut.Count > 0 ? run.Validation(data.HeldOut) : null;
        var result = new LmTrainResult(
            _request.Out, _output, model.ParameterCount, run.Steps, run.Tokens, run.Loss, validation, run.Curve, Samples(data, progress, cancel), clock.Elapsed.TotalSeconds, run.TokensPerSecond,
            ContentHash.OfFile(Path.Combine(_output, "model.safetensors")));
        AtomicFile.Write(Path.Combine(_run, FinishedFile), JsonSerializer.SerializeToUtf8Bytes(new FinishedTraining(Command, result), LabJson.Options));
        run.Forget();
        return result;
    }

    private DifferentiableTransformer Model(string? from, LanguageData data)
    {
        var model = from is not null ? DifferentiableTransformer.Load(from, _shelves.Backend)
            : DifferentiableTransformer.Create(_request.Config is { } config ? HfConfig.Read(config) : NewConfig(data), _request.Seed, _shelves.Backend);
        if (data.LargestId >= model.Spec.DVocab)
            throw OptionException.Invalid($"The texts hold the token id {data.LargestId}, but the model's vocabulary has {model.Spec.DVocab} ids.", "Check that the tokenizer, or the ids, belong to this model.");
        return model;
    }

    private HfConfig NewConfig(LanguageData data) => new LlamaConfig
    {
        DVocab = data.Tokenizer?.VocabularySize ?? Math.Max(data.LargestId + 1, _request.Vocab), DModel = _request.DModel, Layers = _request.Layers, Heads = _request.Heads, KeyHeads = _request.KeyHeads,
        DMlp = _request.DMlp, Context = _request.Context, Tied = _request.Tied, BosId = data.Tokenizer?.BosId, EosId = data.Tokenizer?.EosId,
    }.ToConfig();

    private LanguageRecipe Recipe(DifferentiableTransformer model, LanguageData data)
    {
        var context = _request.Context == 0 ? model.Spec.Context : OptionException.InRange(_request.Context, 1, model.Spec.Context, "--context");
        var tokens = OptionException.NotNegative(_request.Tokens, "--tokens") == 0 ? data.Rows : _request.Tokens;
        return new()
        {
            Options = new()
            {
                Steps = LanguageRecipe.StepsFor(tokens, context, _request.Batch, _request.Accumulate), LearningRate = OptionException.Positive(_request.Lr, "--lr"),
                Warmup = OptionException.NotNegative(_request.Warmup, "--warmup"), FinalShare = OptionException.InRange(_request.FinalShare, 0, 1, "--final-share"),
                WeightDecay = OptionException.NotNegative(_request.WeightDecay, "--weight-decay"), ClipNorm = OptionException.NotNegative(_request.ClipNorm, "--clip-norm"),
            },
            Context = context, Batch = _request.Batch, Accumulate = _request.Accumulate, Source = $"{data.Source} {_request.HeldOut} {_request.From}", FillId = data.Tokenizer?.EosId ?? 0,
            Validations = _request.Validations, CheckpointEvery = _request.CheckpointEvery,
        };
    }

    /// <summary>What the model writes by itself, from the token that begins a text; nothing where there is no tokenizer that has one.</summary>
    private List<string> Samples(LanguageData data, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var samples = new List<string>();
        if (data.Tokenizer?.BosId is not { } bos) return samples;
        _shelves.Models.Forget(_output);
        var model = _shelves.Models.Get(_output);
        var length = Math.Min(SampleTokens, model.Transformer.Spec.Context - 1);
        for (var i = 0; i < _request.Samples && length > 0; i++)
            samples.Add(Continuation.Of(model, [bos], new GenerateRequest { Model = _output, MaxTokens = length, Temperature = 0.8, Seed = i }, hooks: (HookSet?)null, progress, cancel).Text);
        return samples;
    }

    /// <summary>All that decides the result.</summary>
    private string Command => JsonSerializer.Serialize(_request with { Resume = false, CheckpointEvery = 0 }, LabJson.Options);

    private LmTrainResult? Finished()
    {
        var file = Path.Combine(_run, FinishedFile);
        if (!File.Exists(file)) return null;
        var finished = JsonSerializer.Deserialize<FinishedTraining>(File.ReadAllBytes(file), LabJson.Options);
        var weights = Path.Combine(_output, "model.safetensors");
        return finished is not null && finished.Command == Command && File.Exists(weights) && ContentHash.OfFile(weights) == finished.Result.WeightsSha256 ? finished.Result : null;
    }

    /// <param name="Command">All that decided the result.</param>
    /// <param name="Result">The result.</param>
    private sealed record FinishedTraining(string Command, LmTrainResult Result);
}
