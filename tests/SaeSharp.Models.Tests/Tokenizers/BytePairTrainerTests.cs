using CsCheck;
using SaeSharp.Models.Tokenizers;
using SaeSharp.Models.Tokenizers.Training;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Tokenizers that are learnt here.</summary>
public class BytePairTrainerTests
{
    private static readonly string[] Texts = ["the cat sat on the mat", "the dog sat on the log; the frog was there.", "3 × 4 = 12 — naïve façade, 日本語 🙂\n\tthe end"];

    [Fact]
    public void The_commonest_pair_is_merged_first_and_of_equals_that_with_the_smaller_ids()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("abab abab cdcd cd"); // words "abab", " abab", " cdcd", " cd": ab 4 times, ba 2, cd 3, dc 1
        var learnt = trainer.Learn(256 + 3);
        Assert.Equal([("a", "b"), ("c", "d"), ("Ġ", "cd")], [learnt.Merges[0], learnt.Merges[1], learnt.Merges[2]]);
    }

    [Fact]
    public void A_learnt_tokenizer_is_read_again_and_gives_back_every_text()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(300, TokenizerTraining.Write(Texts, 300, folder.Path));
        var tokenizer = Tokenizer.Load(folder.Path);
        Assert.Equal(300, tokenizer.VocabularySize);
        Assert.Equal((0, 0), (tokenizer.BosId, tokenizer.EosId));
        Gen.String.Sample(text =>
        {
            var ids = tokenizer.EncodeIds(text);
            Assert.Equal(0, ids[0]);
            Assert.Equal(tokenizer.Decode(tokenizer.EncodeIds(text, addSpecial: false)), tokenizer.Decode(ids));
        });
        foreach (var text in Texts) Assert.Equal(text, tokenizer.Decode(tokenizer.EncodeIds(text)));
    }

    [Fact]
    public void A_learnt_tokenizer_spells_its_texts_in_fewer_tokens_than_bytes_and_merges_until_no_pair_is_left()
    {
        using var folder = new TemporaryFolder();
        var count = TokenizerTraining.Write(["aaaa bbbb"], 5000, folder.Path);
        Assert.InRange(count, 257, 270);
        Assert.Equal(3, Tokenizer.Load(folder.Path).EncodeIds("aaaa bbbb").Length); // the token in front and the two words
    }

    [Fact]
    public void A_vocabulary_without_room_for_every_byte_is_refused() =>
        Assert.Throws<OptionException>(() => TokenizerTraining.Write(Texts, 200, Path.GetTempPath()));
}
