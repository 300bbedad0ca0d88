using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Tests.Harvesting;

public sealed class CorpusActivationsTests : IDisposable
{
    private const string Hook = "blocks.1.hook_resid_post";
    private readonly Shelves _shelves = new(Path.Combine(Path.GetTempPath(), "saesharp-none"), 2);

    public void Dispose() => _shelves.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 30)]
    public void Reading_in_pieces_gives_the_bits_of_reading_at_once(long cache)
    {
        var (model, corpus) = Open();
        using var activations = CorpusActivations.Open(model, corpus, [Hook], 3, cache, null, default);
        var (whole, pieces) = (Tensor.Zeros(DType.F32, 500, 64), Tensor.Zeros(DType.F32, 500, 64));
        activations.At(Hook).Read(2, 40, whole, default);
        var stream = activations.At(Hook);
        for (var start = 0; start < 500; start += 125) stream.Read(2, 40 + start, pieces.Rows(start, 125), default);
        Assert.Equal(whole.Span<float>().ToArray(), pieces.Span<float>().ToArray());
    }

    [Fact]
    public void Kept_activations_are_the_bits_of_harvested_ones()
    {
        var (model, corpus) = Open();
        using var kept = CorpusActivations.Open(model, corpus, [Hook], 3, 1 << 30, null, default);
        using var made = CorpusActivations.Open(model, corpus, [Hook], 3, 0, null, default);
        var (a, b) = (Tensor.Zeros(DType.F32, 300, 64), Tensor.Zeros(DType.F32, 300, 64));
        kept.At(Hook).Read(1, 77, a, default);
        made.At(Hook).Read(1, 77, b, default);
        Assert.Equal(a.Span<float>().ToArray(), b.Span<float>().ToArray());
    }

    private (LanguageModel, Corpus) Open()
    {
        var model = _shelves.Models.Get(TinyWorkspace.Model);
        return (model, Corpus.Read(TinyWorkspace.Corpus, model).Take(2000));
    }
}
