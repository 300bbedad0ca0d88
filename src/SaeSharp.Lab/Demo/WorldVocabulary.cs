using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Words;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Demo;

/// <summary>Whether a model reads the world's tokens: its ids are what texts and labels are made of.</summary>
internal static class WorldVocabulary
{
    public static void Require(LanguageModel model)
    {
        var words = WorldGrammar.Default.Lexicon.Words;
        if (!model.HasTokenizer) throw LabException.NoTokenizer(model.Name);
        for (var id = Lexicon.Special.Length; id < words.Count; id++)
            if (id >= model.Transformer.Spec.DVocab || model.Tokenizer.TokenText(id) != words[id]) throw LabException.OtherVocabulary(model.Name, words[id], id);
    }
}
