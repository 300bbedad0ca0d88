using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Files;

public class AtomicFileTests
{
    [Fact]
    public void A_write_replaces_the_file_and_leaves_nothing_else()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a"], "old");
        AtomicFile.Write(folder["a"], "new");

        Assert.Equal("new", File.ReadAllText(folder["a"]));
        Assert.Equal([folder["a"]], Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_write_that_fails_at_any_point_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a"], "old");
        for (var failAt = 0; failAt < 5; failAt++)
        {
            Assert.Throws<InvalidTimeZoneException>(() => AtomicFile.Write(folder["a"], stream =>
            {
                for (var part = 0; part < 5; part++)
                {
                    if (part == failAt) throw new InvalidTimeZoneException();
                    stream.Write(new byte[100_000]);
                }
            }));
            Assert.Equal("old", File.ReadAllText(folder["a"]));
            Assert.Equal([folder["a"]], Directory.EnumerateFileSystemEntries(folder.Path));
        }
    }

    [Fact]
    public void Readers_see_the_old_file_until_the_new_one_is_whole()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a"], "old");
        AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(folder["a"]));
        });
        Assert.Equal("new", File.ReadAllText(folder["a"]));
    }

    [Fact]
    public void What_the_system_refuses_is_a_typed_error_that_names_the_file()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["taken"]);
        File.WriteAllText(System.IO.Path.Combine(folder["taken"], "x"), "x");
        foreach (var path in new[] { folder["none/a"], folder["taken"], folder["nul\0"] })
        {
            if (path.Contains('\0', StringComparison.Ordinal)) Assert.Throws<ArgumentException>(() => AtomicFile.Write(path, "x"));
            else Assert.Contains(path, Assert.Throws<FileException>(() => AtomicFile.Write(path, "x")).Message, StringComparison.Ordinal);
        }
        Assert.Equal([folder["taken"]], Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_full_disk_is_a_typed_error_and_the_stream_is_closed()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a"], "old");
        Stream? kept = null;

        Assert.Throws<FileException>(() => AtomicFile.Write(folder["a"], stream =>
        {
            kept = stream;
            stream.Write("half"u8);
            throw new IOException("No space left on device");
        }));

        Assert.False(kept!.CanWrite);
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Equal([folder["a"]], Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Leftovers_of_killed_writers_go_and_those_of_live_ones_stay()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.saesharp-0.tmp"], "left by a killed process");
        File.WriteAllText(folder["b.tmp"], "not ours");
        AtomicFile.Write(folder["a"], stream =>
        {
            AtomicFile.RemoveLeftovers(folder.Path);
            stream.Write("new"u8);
        });

        Assert.Equal("new", File.ReadAllText(folder["a"]));
        Assert.Equal([folder["a"], folder["b.tmp"]], Directory.EnumerateFileSystemEntries(folder.Path).Order(StringComparer.Ordinal));
    }
}
