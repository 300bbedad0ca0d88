using System.Globalization;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Harvesting.Stores;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Steering;
using SaeSharp.Models;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Reading;

/// <summary>Writes activations at hook points: of prompts to a safetensors file, of a corpus to a store.</summary>
internal static class ActivationExport
{
    public static ActivationsResult Write(ActivationsRequest request, Shelves shelves, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var model = shelves.Models.Get(request.Model);
        foreach (var hook in request.Hooks) model.Transformer.RequireHook(hook);
        if (request.Hooks.Count == 0 && !request.Logits) throw LabException.NothingToDo("no hook point is named", "Give --hook H, or --logits.");
        if (request.MakesStore) return Store(request, model, shelves, progress, cancel);
        if (request.Coder.Count > 0) throw OptionException.Invalid("--coder is for an activation store, and --out ends in .safetensors.", "Give --out a folder, or leave out --coder.");
        var prompts = model.Prompts(request);
        var edits = request.Edits is null ? [] : EditsFile.Read(request.Edits, shelves);

        var meter = new ProgressMeter(progress, "exporting", prompts.Sum(prompt => (long)prompt.Ids.Length), "tokens");
        var tensors = new List<(string Name, Tensor Tensor)>();
        var done = 0L;
        for (var n = 0; n < prompts.Count; n++)
        {
            cancel.ThrowIfCancellationRequested();
            tensors.AddRange(Export(model, prompts[n].Ids, n.ToString(CultureInfo.InvariantCulture), request, edits));
            meter.Report(done += prompts[n].Ids.Length);
        }
        SafetensorsWriter.Write(request.Out, tensors);
        return new(request.Out, prompts.Count, done, [.. tensors.Select(entry => new WrittenTensor(entry.Name, [.. entry.Tensor.Shape.ToArray().Select(size => (long)size)]))], prompts is [{ Text: { } text }] ? text : null);
    }

    private static ActivationsResult Store(ActivationsRequest request, LanguageModel model, Shelves shelves, IProgress<Progress>? progress, CancellationToken cancel)
    {
        if (request.Text is not null || request.Ids is not null || request.Logits || request.Edits is not null || ChatPrompts.AreAsked(request)) throw OptionException.Invalid(
            $"{request.Out} does not end in .safetensors, so that it names an activation store, which holds hook points of plain texts only.",
            "Give --out FILE.safetensors for prompts, logits, edits and chats, or leave these out.");
        var texts = new CorpusOptions
        {
            Texts = request.Texts, IdsFile = request.IdsFile, Field = request.Field, Split = request.Split ?? new CorpusOptions().Split, NoSpecial = request.NoSpecial,
            Context = request.Context, Window = request.Window, SkipPositions = request.SkipPositions, MinDocument = request.MinDocument,
        };
        var store = new StoreWriter(request.Out, model, texts, request.Hooks, request.Dtype, request.ShardMiB, [.. request.Coder.Distinct().Select(shelves.Saes.Get)], request.ResidualBits).Run(progress, cancel);
        return new(request.Out, store.Documents, store.Tokens, [.. store.Hooks.Select(hook => new WrittenTensor(hook.Name, [store.Tokens, hook.Width]))], Store: store);
    }

    private static List<(string, Tensor)> Export(LanguageModel model, int[] prompt, string n, ActivationsRequest request, IReadOnlyList<ResolvedEdit> edits)
    {
        var hooks = EditsFile.Apply(edits, model, prompt.Length, new HookSet());
        var values = new List<(string, Tensor)>();
        foreach (var hook in request.Hooks.Distinct()) hooks.Read(hook, value => values.Add(($"{n}.{hook}", value.Clone())));
        var logits = model.Transformer.Run(TokenBatch.Of(prompt), hooks, request.Logits ? LogitRows.All : LogitRows.None);
        if (logits is not null) values.Add(($"{n}.logits", logits));
        values.Add(($"{n}.ids", Tensor.Of(prompt, prompt.Length)));
        return values;
    }
}
