using System.IO.Compression;
using System.Text;
using Parquet;
using Parquet.Schema;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Harvesting.Texts;

namespace SaeSharp.Lab.Tests.Harvesting;

public sealed class TextSourcesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("t.jsonl.gz", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n")]
    [InlineData("t.txt.zst", "a\nb\n")]
    [InlineData("t.csv.gz", "text\na\nb\n")]
    [InlineData("t.txt", "a\nb\n")]
    public void A_packed_file_gives_the_texts_of_the_plain_one(string name, string content)
    {
        _folder.Write(name, Packed(name, Encoding.UTF8.GetBytes(content)));
        Assert.Equal(["a", "b"], TextFile.Read(_folder[name], "text", "line"));
    }

    [Theory]
    [InlineData("bomb.txt.gz")]
    [InlineData("bomb.txt.zst")]
    public void A_file_that_unpacks_to_far_more_than_texts_do_is_refused(string name)
    {
        _folder.Write(name, Packed(name, new byte[200 << 20]));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("unpack to more than", Assert.Throws<FileException>(() => TextFile.Read(_folder[name], "text", "line")).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 30); // a stream that doubles as it grows
    }

    [Theory]
    [InlineData("t.txt.gz")]
    [InlineData("t.txt.zst")]
    public void A_file_that_is_not_packed_as_it_says_is_one_clear_error(string name)
    {
        _folder.Write(name, "plain"u8.ToArray());
        Assert.Contains("not packed as its ending says", Assert.Throws<FileException>(() => TextFile.Read(_folder[name], "text", "line")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t.txt.gz")]
    [InlineData("t.txt.zst")]
    public void A_packed_file_that_is_cut_off_is_an_error_wherever_it_is_cut(string name)
    {
        var packed = Packed(name, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i * 7919 % 10_007}\n"))));
        foreach (var length in (int[])[1, 11, packed.Length / 3, packed.Length / 2, packed.Length - 8, packed.Length - 4, packed.Length - 1])
        {
            _folder.Write(name, packed[..length]);
            Assert.Contains("cut off", Assert.Throws<FileException>(() => TextFile.Read(_folder[name], "text", "line")).Message, StringComparison.Ordinal);
        }
        _folder.Write(name, packed);
        Assert.Equal(40_000, TextFile.Read(_folder[name], "text", "line").Count);
    }

    [Fact]
    public void A_gz_of_several_parts_is_read_to_its_end()
    {
        _folder.Write("t.txt.gz", [.. Packed(".gz", "a\n"u8.ToArray()), .. Packed(".gz", "b\n"u8.ToArray()), .. Packed(".gz", [])]);
        Assert.Equal(["a", "b"], TextFile.Read(_folder["t.txt.gz"], "text", "line"));
    }

    [Fact]
    public void Files_folders_and_patterns_are_read_by_name_in_order()
    {
        foreach (var name in (string[])["b.txt", "a.txt", "deep/c.txt", "deep/d.txt.gz", "deep/notes.md"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
            _folder.Write(name, Packed(name, Encoding.UTF8.GetBytes(Path.GetFileName(name)[..1])));
        }
        string Texts(params string[] sources) => string.Concat(TextFile.Read(string.Join('\n', sources), "text", "line"));
        Assert.Equal("abcd", Texts(_folder.Path));
        Assert.Equal("ab", Texts(_folder["*.txt"]));
        Assert.Equal("abc", Texts(_folder["**/*.txt"]));
        Assert.Equal("cd", Texts(_folder["d*/?.txt*"]));
        Assert.Equal("cba", Texts(_folder["deep/c.txt"], _folder["b.txt"], _folder["a.txt"]));
        Assert.Contains("at least one", Assert.Throws<FileException>(() => Texts(_folder["*.csv"])).Message, StringComparison.Ordinal);
        Assert.Throws<FileException>(() => Texts(_folder["nowhere.txt"]));
    }

    [Fact]
    public async Task A_parquet_file_of_token_ids_is_taken_as_it_is()
    {
        await WriteIds("ids.parquet", [7, 8, 9, 1, 2], [0, 1, 1, 0, 1]);
        Assert.Equal([[7, 8, 9], [1, 2]], TextFile.Documents(_folder["ids.parquet"], "text", "line").Select(document => document.Ids!));
        Assert.Throws<LabException>(() => TextFile.Read(_folder["ids.parquet"], "text", "line"));

        using var shelves = new SaeSharp.Lab.Library.Shelves(_folder.Path, 1);
        var corpus = Corpus.Read(new() { Texts = _folder["ids.parquet"] }, shelves.Models.Get(TinyWorkspace.Model));
        Assert.Equal([[7, 8, 9], [1, 2]], corpus.Windows.Select(window => window.Ids));
    }

    [Fact]
    public async Task A_token_id_below_zero_is_refused_with_its_row()
    {
        await WriteIds("ids.parquet", [7, 8, -1], [0, 0, 1]);
        Assert.Contains("row 1", Assert.Throws<FileException>(() => TextFile.Documents(_folder["ids.parquet"], "text", "line").ToList()).Message, StringComparison.Ordinal);
    }

    private async Task WriteIds(string name, long[] ids, int[] repetitions)
    {
        var schema = new ParquetSchema(new ListField("input_ids", new DataField<long>("element")));
        await using var file = File.Create(_folder[name]);
        await using var writer = await ParquetWriter.CreateAsync(schema, file);
        using var group = writer.CreateRowGroup();
        var column = schema.GetDataFields()[0];
        await group.WriteAllPartsAsync<long>(column, ids, (ReadOnlyMemory<int>)Enumerable.Repeat(column.MaxDefinitionLevel, ids.Length).ToArray(), (ReadOnlyMemory<int>)repetitions, default);
    }

    private static byte[] Packed(string name, byte[] content)
    {
        if (name.EndsWith(".zst", StringComparison.Ordinal))
        {
            using var compressor = new ZstdSharp.Compressor();
            return compressor.Wrap(content).ToArray();
        }
        if (!name.EndsWith(".gz", StringComparison.Ordinal)) return content;
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(content);
        return packed.ToArray();
    }
}
