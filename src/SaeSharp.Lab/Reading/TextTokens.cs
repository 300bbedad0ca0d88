using SaeSharp.Lab.Harvesting.Texts;
using SaeSharp.Lab.Library;
using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Lab.Reading;

/// <summary>Texts to tokens and back: needs a tokenizer, no model.</summary>
internal static class TextTokens
{
    public static TokensResult Of(TokensRequest request, Shelves shelves)
    {
        var given = new object?[] { request.Text, request.Texts, request.IdsFile, request.Messages }.Count(one => one is not null);
        if (given == 0) throw LabException.NoPrompt();
        if (given > 1) throw request.Messages is null ? LabException.TwoPrompts() : LabException.PromptBesideMessages();
        var (tokenizer, folder) = Load(request.Model, shelves);
        if (request.IdsFile is not null) return new([.. IdLists.Read(request.IdsFile).Select(ids => new TokenLine { Text = tokenizer.Decode(ids, skipSpecial: !request.NoSpecial) })]);
        var texts = request.Texts is null ? [request.Text!] : TextFile.Read(request.Texts, request.Field, request.Split); // no text beside a file of messages
        if (ChatPrompts.AreAsked(request))
        {
            var chats = ChatPrompts.Open(request, folder, tokenizer);
            return new([.. texts.Select(text => chats.Of(text)).Select(chat => Line(chat.Tokens) with { PromptText = chat.Text, IsTemplate = chat.IsTemplate })]);
        }
        return new([.. texts.Select(text => Line(tokenizer.Encode(text, !request.NoSpecial)))]);
    }

    private static TokenLine Line(TokenizedText text) => new()
    {
        Ids = text.Ids,
        Tokens = text.Tokens,
        Offsets = [.. text.Offsets.Select(offset => new[] { offset.Start, offset.End })],
    };

    private static (Tokenizer Tokenizer, string Folder) Load(string model, Shelves shelves)
    {
        var place = shelves.Models.Find(model) ?? (Path.Exists(model) ? model : shelves.Models.Get(model).Path);
        // A model without one is no damaged file; a file by itself is to be a tokenizer.
        var found = Tokenizer.Find(place) ?? (ModelPath.IsModel(place) ? throw LabException.NoTokenizer(model) : place);
        return (Tokenizer.Load(found), place);
    }
}
