using SaeSharp.Lab.Steering;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Tests.Steering;

/// <summary>Edits files against interventions computed in PyTorch.</summary>
public sealed class InterventionGolden : IDisposable
{
    private const double Tolerance = 1e-4; // what the reference's README states for stream and logits
    private readonly string _folder = Directory.CreateTempSubdirectory("saesharp-edits-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("add_all", """{"op":"add","hook":"blocks.1.hook_resid_post","vector":{"file":"{file}","tensor":"v"},"coefficient":{c},"positions":"all"}""")]
    [InlineData("add_from_3", """{"op":"add","hook":"blocks.1.hook_resid_post","vector":{"file":"{file}","tensor":"v"},"coefficient":{c},"positions":"3.."}""")]
    [InlineData("zero_pos_2", """{"op":"scale","hook":"blocks.1.hook_resid_post","coefficient":0,"positions":[2]}""")]
    [InlineData("replace", """{"op":"set","hook":"blocks.1.hook_resid_post","vector":{"file":"{file}","tensor":"replacement"},"coefficient":1,"positions":"all"}""")]
    public async Task An_edits_file_gives_the_reference_stream_and_logits(string name, string edit)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var model = SharedFiles.At("golden", "models", "llama");
        var file = Path.Combine(model, "interventions.safetensors");
        using var golden = SafetensorsFile.Open(file);
        var (edits, outcome) = (Path.Combine(_folder, "edits.json"), Path.Combine(_folder, "out.safetensors"));
        var c = golden.Read("c").Span<float>()[0];
        await File.WriteAllTextAsync(edits, $"[{edit.Replace("{file}", file, StringComparison.Ordinal).Replace("{c}", FormattableString.Invariant($"{c:R}"), StringComparison.Ordinal)}]");

        using var workspace = Workspace.Open(_folder, threads: 2);
        await workspace.Activations(new()
        {
            Model = model, Ids = [.. golden.Read("input_ids").Span<long>().ToArray().Select(id => (int)id)], Edits = edits, Logits = true,
            Hooks = ["blocks.1.hook_resid_post", "blocks.2.hook_resid_post"], Out = outcome,
        });
        using var ours = SafetensorsFile.Open(outcome);
        foreach (var tensor in (string[])["logits", "blocks.1.hook_resid_post", "blocks.2.hook_resid_post"])
        {
            float[] expected = golden.Read($"{name}.{tensor}").Span<float>().ToArray(), actual = ours.Read($"0.{tensor}").Span<float>().ToArray();
            Assert.Equal(expected.Length, actual.Length);
            Assert.Equal(0, expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max(), Tolerance);
        }
    }
}
