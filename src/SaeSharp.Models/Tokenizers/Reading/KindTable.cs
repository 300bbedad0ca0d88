using System.Collections;

namespace SaeSharp.Models.Tokenizers.Reading;

/// <summary>The kinds of one component that can be read, by the name that tokenizer.json gives them.</summary>
internal sealed class KindTable<T> : IEnumerable<string> where T : class
{
    private readonly Dictionary<string, Func<JsonField, T>> readers = new(StringComparer.Ordinal);

    public void Add(string kind, Func<JsonField, T> read) => readers.Add(kind, read);

    /// <summary>The component described at <paramref name="field"/>, or null where the file has none.</summary>
    public T? ReadOptional(JsonField field) => field.IsNothing ? null : Read(field);

    /// <exception cref="FileException">The field has no type, or one that is not in this table.</exception>
    public T Read(JsonField field)
    {
        var type = field["type"];
        var kind = type.Text();
        return readers.TryGetValue(kind, out var read) ? read(field) : throw type.Unsupported(kind, readers.Keys);
    }

    public IEnumerator<string> GetEnumerator() => readers.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
