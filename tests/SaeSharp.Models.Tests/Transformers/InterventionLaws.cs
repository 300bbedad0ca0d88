using CsCheck;
using SaeSharp.Models.Generation;
using SaeSharp.Models.Interventions;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>What each kind of edit does to the rows it acts on, and only to them.</summary>
public class InterventionLaws
{
    private const string Hook = "blocks.0.hook_resid_mid";
    private static readonly int[] Sequence = [3, 1, 4, 1, 5, 9];
    private static readonly Transformer Model = new TinyLlama().Load(Engines.Fast);
    private static readonly Gen<(float[] Vector, double Coefficient)> AnyEdit = Gen.Select(Gen.Float[-2, 2].Array[12], Gen.Double[-3, 3]);

    [Fact]
    public void Add_moves_every_row_by_the_vector() => AnyEdit.Sample(edit =>
    {
        var (before, after) = Run(VectorEdit.Add(Hook, EditPositions.All, Of(edit.Vector), edit.Coefficient));
        Each(before, after, (row, j) => before.Read(row * 12L + j) + edit.Coefficient * edit.Vector[j]);
    }, iter: 30);

    [Fact]
    public void Set_hits_its_value_to_the_last_bit() => AnyEdit.Sample(edit =>
    {
        var (before, after) = Run(VectorEdit.Set(Hook, EditPositions.All, Of(edit.Vector), edit.Coefficient));
        for (var i = 0; i < after.Count; i++) Assert.Equal((float)(edit.Coefficient * edit.Vector[i % 12]), after.Span<float>()[i], 1e-12);
        Assert.Equal(before.Shape.ToArray(), after.Shape.ToArray());
    }, iter: 30);

    [Fact]
    public void Scale_without_a_vector_scales_the_row() => AnyEdit.Sample(edit =>
    {
        var (before, after) = Run(VectorEdit.Scale(Hook, EditPositions.All, null, edit.Coefficient));
        Each(before, after, (row, j) => edit.Coefficient * before.Read(row * 12L + j));
    }, iter: 30);

    [Fact]
    public void Scale_along_a_vector_scales_that_part_and_keeps_the_rest() => AnyEdit.Sample(edit =>
    {
        if (Square(edit.Vector) < 1e-3) return;
        var (before, after) = Run(VectorEdit.Scale(Hook, EditPositions.All, Of(edit.Vector), edit.Coefficient));
        var parts = Parts(before, edit.Vector);
        Each(before, after, (row, j) => before.Read(row * 12L + j) + (edit.Coefficient - 1) * parts[row] * edit.Vector[j]);
    }, iter: 30);

    [Fact]
    public void Project_and_ablate_leave_nothing_along_the_vector() => AnyEdit.Sample(edit =>
    {
        if (Square(edit.Vector) < 1e-3) return;
        foreach (var change in new[] { VectorEdit.Project(Hook, EditPositions.All, Of(edit.Vector)), VectorEdit.Ablate(Hook, EditPositions.All, Of(edit.Vector)) })
            Assert.All(Parts(Run(change).After, edit.Vector), part => Assert.Equal(0, part * Math.Sqrt(Square(edit.Vector)), 1e-5));
    }, iter: 30);

    [Fact]
    public void Edits_at_one_hook_read_the_same_unedited_value_whatever_their_order()
    {
        var v = Of([.. Enumerable.Range(1, 12).Select(i => 0.1f * i)]);
        Edit[] edits = [VectorEdit.Add(Hook, EditPositions.All, v, 2), VectorEdit.Scale(Hook, EditPositions.All, null, 3), VectorEdit.Project(Hook, EditPositions.At(1, 4), v)];
        var (before, after) = Run(edits);
        Runs.RequireSameBits(after, Run([.. edits.Reverse()]).After);
        var parts = Parts(before, v.Span<float>().ToArray());
        Each(before, after, (row, j) => 3 * before.Read(row * 12L + j) + (2 - (row is 1 or 4 ? parts[row] : 0)) * v.Read(j));
    }

    [Fact]
    public void Rows_of_a_matrix_serve_their_positions_and_none_beyond()
    {
        var rows = Tensor.Zeros(DType.F32, 2, 12);
        rows.Span<float>().Fill(1);
        var (before, after) = Run(VectorEdit.Add(Hook, EditPositions.All, rows, 1));
        Each(before, after, (row, j) => before.Read(row * 12L + j) + (row < 2 ? 1 : 0));
    }

    [Theory]
    [InlineData("all", new[] { 0, 1, 2, 3, 4 })]
    [InlineData("prompt", new[] { 0, 1, 2 })]
    [InlineData("generated", new[] { 3, 4 })]
    [InlineData("1..", new[] { 1, 2, 3, 4 })]
    public void Positions_are_where_they_say(string text, int[] expected) =>
        Assert.Equal(expected, Enumerable.Range(0, 5).Where(position => EditPositions.Parse(text).Contains(position, promptLength: 3)));

    [Fact]
    public void In_generation_an_edit_acts_as_in_one_run_over_the_whole_text()
    {
        foreach (var positions in new[] { EditPositions.All, EditPositions.Prompt, EditPositions.Generated, EditPositions.At(1, 7) })
        {
            var edit = VectorEdit.Add(Hook, positions, Of([.. Enumerable.Repeat(1f, 12)]), 2);
            var hooks = new EditPlan([edit], Sequence.Length).AddTo(new());
            var ids = Generator.Generate(Model, Sequence, new() { MaxTokens = 8, IgnoreEos = true }, hooks).Ids;
            var logits = Model.Logits(hooks, [.. Sequence, .. ids]).To(DType.F64);
            Assert.Equal(ids, Enumerable.Range(Sequence.Length - 1, 8).Select(row => Sampler.Likeliest(logits.Row<double>(row))));
        }
    }

    [Theory]
    [InlineData("somewhere")]
    [InlineData("-1..")]
    [InlineData("..")]
    [InlineData("3")]
    public void Unknown_positions_are_refused(string text) => Assert.Contains(text, Assert.Throws<OptionException>(() => EditPositions.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Vectors_that_do_not_fit_are_refused()
    {
        Assert.Contains("expected 12", Assert.Throws<OptionException>(() => Run(VectorEdit.Add(Hook, EditPositions.All, Of([1, 2, 3]), 1))).Message, StringComparison.Ordinal);
        Assert.Contains("NaN", Assert.Throws<OptionException>(() => VectorEdit.Add(Hook, EditPositions.All, Of([float.NaN]), 1)).Message, StringComparison.Ordinal);
        Assert.Throws<OptionException>(() => VectorEdit.Add(Hook, EditPositions.All, Of([1]), double.PositiveInfinity));
        Assert.Throws<OptionException>(() => VectorEdit.Ablate("blocks.0.attn.hook_pattern", EditPositions.All, null));
    }

    private static (Tensor Before, Tensor After) Run(params Edit[] edits)
    {
        var before = Model.Read([Hook], LogitRows.None, Sequence)[Hook][0];
        Tensor? after = null;
        Model.Run(TokenBatch.Of(Sequence), new EditPlan(edits, Sequence.Length).AddTo(new()).Read(Hook, value => after = value.Clone()), LogitRows.None);
        return (before, after!);
    }

    private static void Each(Tensor before, Tensor after, Func<int, int, double> expected)
    {
        for (var row = 0; row < before.Shape[0]; row++)
            for (var j = 0; j < 12; j++) Assert.Equal(expected(row, j), after.Read(row * 12L + j), 1e-5);
    }

    private static double[] Parts(Tensor h, float[] v) =>
        [.. Enumerable.Range(0, h.Shape[0]).Select(row => Enumerable.Range(0, 12).Sum(j => h.Read(row * 12L + j) * v[j]) / Square(v))];

    private static double Square(float[] v) => v.Sum(value => (double)value * value);

    private static Tensor Of(float[] values) => Tensor.Of(values, values.Length);
}
