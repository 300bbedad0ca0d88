using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.PostProcessors;

/// <summary>Puts texts and special tokens together by a template: one for a single text, one for a pair.</summary>
internal sealed class TemplatePostProcessor(TemplatePostProcessor.Part[] single, TemplatePostProcessor.Part[] pair) : PostProcessor
{
    /// <summary>A place in a template.</summary>
    internal abstract record Part(int TypeId)
    {
        /// <summary>Here stands text 0 or 1.</summary>
        internal sealed record Sequence(int Index, int TypeId) : Part(TypeId);

        /// <summary>Here stand tokens of the template's own.</summary>
        internal sealed record Special((int Id, string Token)[] Tokens, int TypeId) : Part(TypeId);
    }

    public static TemplatePostProcessor Read(JsonField field)
    {
        var special = field["special_tokens"].IsNothing
            ? []
            : field["special_tokens"].Members().ToDictionary(member => member.Name, member => ReadSpecial(member.Value), StringComparer.Ordinal);
        return new(ReadParts(field["single"]), ReadParts(field["pair"]));

        Part[] ReadParts(JsonField template) => [.. template.Items().Select(ReadPart)];

        Part ReadPart(JsonField part)
        {
            if (!part["SpecialToken"].IsNothing)
            {
                var token = part["SpecialToken"];
                var id = token["id"].Text();
                return new Part.Special(special.TryGetValue(id, out var tokens) ? tokens : throw token["id"].Wrong("one of the template's special_tokens"), token["type_id"].Count());
            }
            var sequence = part["Sequence"];
            var index = sequence["id"].Text() switch { "A" => 0, "B" => 1, _ => throw sequence["id"].Wrong("A or B") };
            return new Part.Sequence(index, sequence["type_id"].Count());
        }
    }

    public override IReadOnlyList<TokenList> Process(IReadOnlyList<TokenList> encodings, bool addSpecial)
    {
        var parts = new List<TokenList>();
        foreach (var part in encodings.Count == 1 ? single : pair)
        {
            if (part is Part.Sequence text) parts.Add(encodings[Math.Min(text.Index, encodings.Count - 1)].OfType(text.TypeId));
            else if (part is Part.Special special && addSpecial)
            {
                var inserted = new TokenList("");
                foreach (var (id, token) in special.Tokens) inserted.Add(id, token, (0, 0), special.TypeId, inserted: true);
                parts.Add(inserted);
            }
        }
        return parts;
    }

    public override int CountAdded(int texts) => (texts == 1 ? single : pair).OfType<Part.Special>().Sum(part => part.Tokens.Length);

    private static (int Id, string Token)[] ReadSpecial(JsonField field)
    {
        var ids = field["ids"].Items().Select(id => id.Id()).ToArray();
        var tokens = field["tokens"].Items().Select(token => token.Text()).ToArray();
        return ids.Length == tokens.Length ? [.. ids.Zip(tokens)] : throw field["tokens"].Wrong("as many tokens as there are ids");
    }
}
