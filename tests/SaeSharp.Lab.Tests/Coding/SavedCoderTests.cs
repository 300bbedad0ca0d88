using SaeSharp.Lab.Coding;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Lab.Tests.Coding;

/// <summary>A dictionary with a way to code, saved as an SAE.</summary>
[Collection(typeof(TinyWorkspaceTests))]
public sealed class SavedCoderTests : IDisposable
{
    private const string Prompt = "There was a red cat.";
    private readonly TemporaryFolder _folder = new();
    private readonly Workspace _workspace;
    private readonly string _sae;

    public SavedCoderTests(TinyWorkspace tiny) => (_workspace, _sae) = (Workspace.Open(_folder["home"], threads: 2), Path.Combine(tiny.Home, "saes", TinyWorkspace.Sae));

    public void Dispose()
    {
        _workspace.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_gives_the_codes_that_were_written_and_every_verb_takes_it_as_it_takes_an_sae()
    {
        var (activations, codes, latents) = (_folder["x.safetensors"], _folder["codes.safetensors"], _folder["latents.safetensors"]);
        await _workspace.Activations(new() { Model = TinyWorkspace.Model, Text = Prompt, Hooks = ["blocks.1.hook_resid_post"], Out = activations });
        var coded = await _workspace.Code(new()
        {
            Sae = _sae, Input = activations, Tensor = "0.blocks.1.hook_resid_post", Method = CodeMethod.Omp, L0 = 5, Positive = true, Out = codes, Save = "tiny/omp5",
        });
        Assert.Equal("tiny/omp5", coded.Saved);
        await _workspace.Encode(new() { Sae = "tiny/omp5", Input = activations, Tensor = "0.blocks.1.hook_resid_post", Out = latents });

        using (var written = SafetensorsFile.Open(codes))
        using (var encoded = SafetensorsFile.Open(latents))
        {
            var (starts, indices, values, dense) = (written.Read("codes.indptr").Span<long>().ToArray(), written.Read("codes.indices").Span<int>().ToArray(), written.Read("codes.values").Span<float>().ToArray(), encoded.Read("latents"));
            for (var row = 0; row < dense.RowCount; row++)
            {
                var expected = new float[dense.Columns];
                for (var i = (int)starts[row]; i < starts[row + 1]; i++) expected[indices[i]] = values[i];
                Assert.Equal(expected, dense.Row<float>(row).ToArray());
            }
        }

        var read = await _workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = Prompt });
        Assert.Equal("tiny/omp5", Assert.Single(read.Layers).Sae);
        var index = await _workspace.Index(new() { Sae = ["tiny/omp5"], Model = TinyWorkspace.Model, Corpus = TinyWorkspace.Corpus, Tokens = 300 });
        Assert.Single(index.Saes);
        var features = await _workspace.Features(new() { Sae = "tiny/omp5", AliveOnly = true, Take = 5 });
        Assert.NotEmpty(features.Features);
        Assert.InRange((await _workspace.Eval(new() { Sae = "tiny/omp5", Model = TinyWorkspace.Model, Corpus = TinyWorkspace.Corpus, Tokens = 300 })).L0!.Value, 1, 5);
        var contrast = await _workspace.Contrast(new()
        {
            Model = TinyWorkspace.Model, Saes = ["tiny/omp5"], Shuffles = 100, PromptsA = [.. Enumerable.Range(0, 8).Select(i => $"The red cat ran {i}.")], PromptsB = [.. Enumerable.Range(0, 8).Select(i => $"There was a dog {i}.")],
        });
        Assert.Equal("tiny/omp5", Assert.Single(contrast.Layers).Sae);
    }

    [Fact]
    public async Task A_matrix_becomes_one_with_the_hook_that_it_is_named_for()
    {
        var (file, random) = (_folder["atoms.safetensors"], new Random(3));
        var width = (await _workspace.Info(new() { Target = _sae })).Sae!.DIn;
        SafetensorsWriter.Write(file, [("W_dec", Tensor.Of(Enumerable.Range(0, 70 * width).Select(_ => random.NextDouble() - 0.5).ToArray(), 70, width))]);
        var request = new CodeRequest { Dictionary = file, Hook = "blocks.1.hook_resid_post", Model = TinyWorkspace.Model, Corpus = TinyWorkspace.Corpus, Tokens = 100, Method = CodeMethod.Lasso, L0 = 4, Save = "matrix" };

        var coded = await _workspace.Code(request);

        Assert.InRange(coded.L0!.Value, 3, 5);
        Assert.InRange((await _workspace.Eval(new() { Sae = "matrix", Model = TinyWorkspace.Model, Corpus = TinyWorkspace.Corpus, Tokens = 100 })).L0!.Value, 1, 5);
        Assert.Contains("which hook point", (await Refused(request with { Hook = null })).Message, StringComparison.Ordinal);
        Assert.Contains("which model", (await Refused(request with { Model = null })).Message, StringComparison.Ordinal);
        Assert.Contains("says itself", (await Refused(request with { Dictionary = null, Sae = _sae })).Message, StringComparison.Ordinal);
        Assert.Contains("have length 2", (await Refused(request with { Dictionary = Square() })).Message, StringComparison.Ordinal);

        string Square()
        {
            SafetensorsWriter.Write(_folder["square.safetensors"], [("W_dec", Tensor.Of(new float[] { 1, 0, 0, 1 }, 2, 2))]);
            return _folder["square.safetensors"];
        }
    }

    [Fact]
    public async Task It_takes_no_other_things_place_and_two_settings_are_two_saes()
    {
        var request = new CodeRequest { Sae = _sae, Model = TinyWorkspace.Model, Corpus = TinyWorkspace.Corpus, Tokens = 50, Method = CodeMethod.Omp, L0 = 3, Save = "three" };
        await _workspace.Code(request);
        await _workspace.Code(request with { L0 = 4, Save = "four" });
        Assert.NotEqual((await _workspace.Info(new() { Target = "three" })).Sae!.WeightsSha256, (await _workspace.Info(new() { Target = "four" })).Sae!.WeightsSha256);

        await _workspace.Code(request with { L0 = 2 });                       // a coder may be replaced
        Assert.InRange((await _workspace.Eval(new() { Sae = "three", Model = TinyWorkspace.Model, Corpus = TinyWorkspace.Corpus, Tokens = 50 })).L0!.Value, 1, 2);
        Assert.Contains("something else", (await Refused(request with { Save = _sae })).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["letters"]);
        Assert.Contains("something else", (await Refused(request with { Save = _folder["letters"] })).Message, StringComparison.Ordinal);
    }

    private async Task<SaeSharpException> Refused(CodeRequest request) => await Assert.ThrowsAnyAsync<SaeSharpException>(() => _workspace.Code(request));
}
