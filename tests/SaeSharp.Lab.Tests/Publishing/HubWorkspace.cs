using SaeSharp.Models.Hub;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes;
using SaeSharp.Testing.Hub;

namespace SaeSharp.Lab.Tests.Publishing;

/// <summary>A workspace of its own beside a small hub.</summary>
internal sealed class HubWorkspace : IAsyncDisposable
{
    public const string Token = "hf_secret_of_the_test", Gpt2Saes = "models/jbloom/GPT2-Small-SAEs-Reformatted";

    private readonly TemporaryFolder _folder = new();

    public HubWorkspace() => Workspace = Open();

    public FakeHub Hub { get; } = new();

    public Workspace Workspace { get; }

    public string this[string name] => _folder[name];

    public Workspace Open(bool offline = false) => Workspace.Open(_folder["home"], 1, new HubOptions { Endpoint = Hub.Url, CacheFolder = _folder["hub"], Token = Token, Offline = offline });

    /// <summary>The files of an SAE of random weights, as SAELens before 6 wrote them.</summary>
    public HubWorkspace AddSae(string repository, string folder, string model = "gpt2-small", string normalise = "none")
    {
        var backend = CpuBackend.Create(1);
        var written = _folder[$"sae-{Guid.NewGuid():N}"];
        SaeFolder.Save(SaeCatalog.Create(new() { Architecture = "standard", DIn = 8, DSae = 16 }, SaeWeights.Random(3), backend), written);
        (backend as IDisposable)?.Dispose();
        var prefix = folder.Length == 0 ? "" : $"{folder}/";
        Hub.Add(repository, $"{prefix}cfg.json", $$"""{"d_in":8,"d_sae":16,"hook_point":"blocks.8.hook_resid_pre","model_name":"{{model}}","normalize_activations":"{{normalise}}"}""");
        Hub.Add(repository, $"{prefix}sae_weights.safetensors", File.ReadAllBytes(Path.Combine(written, "sae_weights.safetensors")));
        return this;
    }

    public HubWorkspace AddModel(string repository)
    {
        foreach (var file in Directory.EnumerateFiles(TinyWorkspace.Model)) Hub.Add(repository, Path.GetFileName(file), File.ReadAllBytes(file));
        Hub.Add(repository, "pytorch_model.bin", "never wanted").Add(repository, "README.md", "#").Add(repository, "run_me.py", "import os").Add(repository, "onnx/model.onnx", "x");
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        Workspace.Dispose();
        await Hub.DisposeAsync();
        _folder.Dispose();
    }
}
