using SaeSharp.Lab.Harvesting.Texts;
using SaeSharp.Lab.Library;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Lab.Reading;

/// <summary>Texts to tokens and back: needs a tokenizer, no model.</summary>
internal static class TextTokens
{
    public static TokensResult Of(TokensRequest request, Shelves shelves)
    {
        if (new object?[] { request.Text, request.Texts, request.IdsFile, request.Messages }.Count(given => given is not null) != 1) throw LabException.NoPrompt();
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
        return (Tokenizer.Load(Tokenizer.Find(place) ?? place), place);
    }
}
