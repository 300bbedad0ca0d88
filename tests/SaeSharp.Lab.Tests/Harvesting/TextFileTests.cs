using CsCheck;
using Parquet;
using Parquet.Schema;
using SaeSharp.Lab.Harvesting.Texts;

namespace SaeSharp.Lab.Tests.Harvesting;

public sealed class TextFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("saesharp-texts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("line", "one\n\ntwo\r\nthree\n", new[] { "one", "", "two", "three" })]
    [InlineData("blank", " a\nb \n \n\nc\n", new[] { "a\nb", "c" })]
    [InlineData("none", "a\n\nb", new[] { "a\n\nb" })]
    [InlineData("<|endoftext|>", "a\n<|endoftext|>\n b <|endoftext|>", new[] { "a", "b" })]
    public void Plain_text_is_cut_as_asked(string split, string content, string[] expected) => Assert.Equal(expected, PlainTexts.Cut(content, split));

    [Fact]
    public void Any_texts_survive_a_csv_round_trip() => Gen.String.Array[1, 6].Sample(texts =>
    {
        string[] whole = [.. texts.Select(text => new string([.. text.Where(letter => !char.IsSurrogate(letter) && letter != '\uFEFF')]))];
        var path = Path.Combine(_folder, "t.csv");
        File.WriteAllText(path, string.Concat(whole.Select(text => $"7,\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\r\n").Prepend("id,text\n")));
        Assert.Equal(whole, TextFile.Read(path, "text", "line"));
    }, iter: 200, threads: 1);

    [Fact]
    public void Json_lines_give_the_field_of_every_line()
    {
        var path = Write("t.jsonl", "{\"text\":\"a\"}\n\n{\"x\":1,\"text\":\"b\\n\"}\n");
        Assert.Equal(["a", "b\n"], TextFile.Read(path, "text", "line"));
    }

    [Fact]
    public async Task A_parquet_column_gives_its_texts()
    {
        var path = Path.Combine(_folder, "t.parquet");
        var schema = new ParquetSchema(new DataField<int>("n"), new DataField<string>("text"));
        await using (var file = File.Create(path))
        {
            await using var writer = await ParquetWriter.CreateAsync(schema, file);
            foreach (string[] part in (string[][])[["a", "b"], ["c"]])
            {
                using var group = writer.CreateRowGroup();
                await group.WriteAsync<int>(schema.GetDataFields()[0], Enumerable.Range(0, part.Length).ToArray());
                await group.WriteAsync(schema.GetDataFields()[1], part);
            }
        }
        Assert.Equal(["a", "b", "c"], TextFile.Read(path, "text", "line"));
    }

    [Theory]
    [InlineData("t.jsonl", "{\"txt\":\"a\"}", "'text'", "It has 'txt'.")]
    [InlineData("t.csv", "id,txt\n1,2\n", "'text'", "It has 'txt'.")]
    [InlineData("t.csv", "id,text\n1,2,3\n", "line 2", "damaged")]
    [InlineData("t.csv", "id,text\n1,\"2\n", "never closed", "damaged")]
    [InlineData("t.parquet", "no parquet", "Parquet", "damaged")]
    public void A_file_that_breaks_its_format_is_one_clear_error(string name, string content, string fact, string hint)
    {
        var path = Write(name, content);
        var error = Assert.ThrowsAny<SaeSharpException>(() => TextFile.Read(path, "text", "line"));
        Assert.Contains(fact, error.Message, StringComparison.Ordinal);
        Assert.Contains(hint, error.Hint, StringComparison.Ordinal);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
