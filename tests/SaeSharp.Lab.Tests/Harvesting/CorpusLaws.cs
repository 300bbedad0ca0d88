using CsCheck;
using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Tests.Harvesting;

public class CorpusLaws
{
    private const int Bos = 0;

    /// <summary>Documents that begin with BOS, as a tokenizer gives them.</summary>
    internal static readonly Gen<int[][]> Documents = Gen.Int[1, 50].Array[1, 30].Select(ids => (int[])[Bos, .. ids]).Array[1, 12];

    [Fact]
    public void Packed_windows_hold_every_token_once_in_order() => Gen.Select(Documents, Gen.Int[2, 20]).Sample((documents, context) =>
    {
        var corpus = Corpus.Of("test", documents, new() { Context = context, Window = WindowKind.Packed }, Bos);
        var kept = corpus.Windows.SelectMany(window => window.Kept.Select(position => window.Ids[position])).ToArray();
        var all = documents.SelectMany(ids => ids.Where(id => id != Bos)).ToArray();
        Assert.Equal(all.Take(kept.Length), kept);
        Assert.InRange(all.Length - kept.Length, 0, 1); // a last window of one token predicts nothing
        Assert.All(corpus.Windows, window => Assert.Equal(Bos, window.Ids[0]));
        Assert.All(corpus.Windows, window => Assert.InRange(window.Ids.Length, 2, context));
    });

    [Fact]
    public void Packed_windows_know_the_document_of_each_token() => Gen.Select(Documents, Gen.Int[2, 20], Gen.Bool).Sample((documents, context, hasBos) =>
    {
        var plain = hasBos ? documents : [.. documents.Select(ids => ids[1..])];
        Corpus Pack() => Corpus.Of("test", plain, new() { Context = context, Window = WindowKind.Packed }, hasBos ? Bos : null);
        if (!hasBos && plain.Sum(ids => ids.Length) < 2)
        {
            Assert.Throws<LabException>(Pack); // one token predicts nothing
            return;
        }
        var corpus = Pack();
        long[] told = [.. corpus.Windows.SelectMany(window => window.KeptDocuments())];
        Assert.Equal(documents.SelectMany((ids, number) => Enumerable.Repeat((long)number, ids.Length - 1)).Take(told.Length), told);
    });

    [Fact]
    public void Document_windows_are_the_beginnings_of_documents() => Gen.Select(Documents, Gen.Int[2, 20]).Sample((documents, context) =>
    {
        var corpus = Corpus.Of("test", documents, new() { Context = context }, Bos);
        Assert.Equal(documents.Select(ids => ids.Take(context)), corpus.Windows.Select(window => window.Ids.AsEnumerable()));
    });

    [Fact]
    public void Taking_n_tokens_gives_the_first_n_that_count() => Gen.Select(Documents, Gen.Int[1, 400]).Sample((documents, tokens) =>
    {
        var corpus = Corpus.Of("test", documents, new() { Context = 16 }, Bos);
        int[] Kept(Corpus of) => [.. of.Windows.SelectMany(window => window.Kept.Select(position => window.Ids[position]))];
        var part = corpus.Take(tokens);
        Assert.Equal(Math.Min(tokens, corpus.KeptTokens), part.KeptTokens);
        Assert.Equal(Kept(corpus).Take(tokens), Kept(part));
    });

    [Fact]
    public void Every_epoch_is_a_permutation_that_finds_each_token() => Gen.Select(Documents, Gen.Int, Gen.Int[0, 9]).Sample((documents, seed, epoch) =>
    {
        var windows = Corpus.Of("test", documents, new() { Context = 16 }, Bos).Windows;
        var order = new EpochOrder([.. windows.Select(window => window.Kept.Length)], seed, epoch);
        Assert.Equal(Enumerable.Range(0, windows.Count), order.Order.Order());
        var token = 0L;
        foreach (var (place, window) in order.Order.Index())
            foreach (var _ in windows[window].Kept) Assert.Equal(place, order.PlaceOf(token++));
    });
}
