using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>Files that NumPy wrote and hostile ones, with what must come of each.</summary>
public class NumpyGolden
{
    [Theory, InlineData(0), InlineData(long.MaxValue)]
    public void Every_accepted_file_reads_bit_equal(long mapFrom)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var rows = GoldenFiles.Rows(true, "npy", "npz");
        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            using var file = NumpyFile.Open(GoldenFiles.PathOf(row), mapFrom);
            var tensors = row.GetProperty("tensors").EnumerateObject().ToArray();
            Assert.Equal(tensors.Select(tensor => tensor.Name), file.Names);
            foreach (var tensor in tensors)
            {
                var entry = file.Entry(tensor.Name);
                Assert.Equal(tensor.Value.GetProperty("sha256").GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file.RawBytes(tensor.Name))));
                if (entry.TypeName != "U64") GoldenFiles.RequireEqual(tensor.Value, entry, file.RawBytes(tensor.Name), () => file.Read(tensor.Name));
                else Assert.Contains(ulong.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture), Assert.Throws<FileException>(() => file.Read(tensor.Name)).Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory, InlineData(0), InlineData(long.MaxValue)]
    public void Every_refused_file_is_a_typed_error_that_names_it(long mapFrom)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var rows = GoldenFiles.Rows(false, "npy", "npz");
        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            var path = GoldenFiles.PathOf(row);
            var error = Assert.Throws<FileException>(() =>
            {
                using var file = NumpyFile.Open(path, mapFrom);
                foreach (var name in file.Names) file.Read(name);
            });
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        }
    }
}
