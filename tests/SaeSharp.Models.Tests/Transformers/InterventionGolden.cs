using SaeSharp.Models.Interventions;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>Edits of the residual stream, against the same edits made through hooks of the genuine transformers class.</summary>
public class InterventionGolden
{
    private const string Hook = "blocks.1.hook_resid_post";
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Backends => [.. Engines.Names];

    [Theory, MemberData(nameof(Backends))]
    public void Edited_runs_give_the_stored_streams_and_logits(string engine)
    {
        using var golden = LlamaGolden.Open("llama", "interventions.safetensors");
        var model = LlamaGolden.Load("llama", engine);
        var (v, c) = (golden.Read("v"), golden.Read("c").Read(0));
        Check("add_all", VectorEdit.Add(Hook, EditPositions.All, v, c));
        Check("add_from_3", VectorEdit.Add(Hook, EditPositions.Parse("3.."), v, c));
        Check("zero_pos_2", VectorEdit.Ablate(Hook, EditPositions.At(2), null));
        Check("replace", VectorEdit.Set(Hook, EditPositions.All, golden.Read("replacement"), 1));

        void Check(string name, Edit edit)
        {
            var ids = LlamaGolden.ToIds(golden.Read("input_ids"));
            var hooks = new EditPlan([edit], ids.Length).AddTo(new());
            foreach (var stream in new[] { Hook, "blocks.2.hook_resid_post" })
                hooks.Read(stream, value => Runs.RequireWithin(Tolerance, golden.Read($"{name}.{stream}"), value, $"{name}.{stream}"));
            Runs.RequireWithin(Tolerance, golden.Read($"{name}.logits"), model.Logits(hooks, ids), $"{name}.logits");
        }
    }
}
