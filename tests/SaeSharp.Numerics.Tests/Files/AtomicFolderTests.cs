using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Files;

public class AtomicFolderTests
{
    [Fact]
    public void A_write_replaces_the_folder_and_leaves_nothing_else()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Write(folder["a"], inside => File.WriteAllText(Path.Combine(inside, "old"), "1"));
        AtomicFolder.Write(folder["a"], inside => File.WriteAllText(Path.Combine(inside, "new"), "2"));

        Assert.Equal([folder["a"]], Directory.EnumerateFileSystemEntries(folder.Path));
        Assert.Equal([Path.Combine(folder["a"], "new")], Directory.EnumerateFileSystemEntries(folder["a"]));
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_folder_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Write(folder["a"], inside => File.WriteAllText(Path.Combine(inside, "old"), "1"));
        Assert.Throws<InvalidTimeZoneException>(() => AtomicFolder.Write(folder["a"], inside =>
        {
            File.WriteAllText(Path.Combine(inside, "new"), "2");
            throw new InvalidTimeZoneException();
        }));

        Assert.Equal([folder["a"]], Directory.EnumerateFileSystemEntries(folder.Path));
        Assert.Equal("1", File.ReadAllText(Path.Combine(folder["a"], "old")));
    }

    [Fact]
    public void A_place_where_no_folder_can_be_is_an_error_that_names_it()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        Assert.Contains("file", Assert.Throws<FileException>(() => AtomicFolder.Write(Path.Combine(folder["file"], "a"), _ => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Leftovers_of_killed_processes_are_removed_and_whole_folders_stay()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Write(folder["a"], inside => File.WriteAllText(Path.Combine(inside, "x"), "1"));
        Directory.CreateDirectory(folder["b.saesharp-0123-old"]);
        AtomicFolder.RemoveLeftovers(folder.Path);

        Assert.Equal([folder["a"]], Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
