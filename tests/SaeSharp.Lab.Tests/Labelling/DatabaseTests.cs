using Microsoft.Data.Sqlite;
using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Labelling.Storage;

namespace SaeSharp.Lab.Tests.Labelling;

public sealed class DatabaseTests(PostgresServer server) : IDisposable
{
    private readonly TemporaryFolder _home = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("nonsense"), InlineData("Hots=localhost;Password=secret;x=secret"), InlineData("Password=secret"), InlineData("Host=;Password=secret"), InlineData("Host=localhost;Port=secret"), InlineData("postgres://ada:secret@localhost/x"), InlineData("Password='secret"), InlineData("Host=localhost;secret")]
    public void What_is_no_connection_string_is_told_without_its_words(string connection)
    {
        var error = Assert.Throws<DatabaseException>(() => Workspace.Open(_home.Path, 1, connection));
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--db \"Host=", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_with_its_place_and_without_the_password()
    {
        var error = await Told("Host=127.0.0.1;Port=9;Database=mine;Username=ada;Password=secret-word");
        Assert.Contains("127.0.0.1:9, database mine", error.Message, StringComparison.Ordinal);
        Assert.Contains("Check that the server runs", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_server_refuses_is_told_with_a_next_step_and_without_the_password()
    {
        var there = server.Fresh();
        var wrong = await Told(there.Replace(PostgresServer.Password, "secret-word", StringComparison.Ordinal));
        Assert.Contains("28P01", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("Check the user and the password", wrong.Hint, StringComparison.Ordinal);
        Assert.Contains("createdb", (await Told(server.To("nowhere"))).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workspace_on_a_server_leaves_no_file_and_a_later_one_finds_what_was_written()
    {
        var there = server.Fresh();
        using (var first = Workspace.Open(_home.Path, 1, there)) await first.Lists(new() { Name = "kept", Make = true }, cancel: Cancel);
        using var second = Workspace.Open(_home["elsewhere"], 1, there);
        Assert.Equal("kept", (await second.Lists(new(), cancel: Cancel)).Lists[0].Name);
        Assert.False(File.Exists(_home["saesharp.db"]));
    }

    [Fact]
    public async Task A_file_of_the_first_layout_keeps_what_it_holds()
    {
        Write("PRAGMA user_version = 1", "CREATE TABLE remarks (weights TEXT NOT NULL, sae TEXT NOT NULL, feature INTEGER NOT NULL, label TEXT, note TEXT, bookmarked INTEGER NOT NULL, changed TEXT NOT NULL, PRIMARY KEY (weights, feature)) WITHOUT ROWID",
            "INSERT INTO remarks VALUES ('abc', 'old', 7, 'a hen', NULL, 1, '2026-11-26T10:00:00.0000000Z')");
        using var workspace = Workspace.Open(_home.Path, 1);
        Assert.Equal([new Remark("old", 7, "a hen", null, true, new(2026, 11, 26, 10, 0, 0, DateTimeKind.Utc))], (await workspace.Label(new(), cancel: Cancel)).Features);
        Assert.Single((await workspace.Lists(new() { Name = "new", Make = true }, cancel: Cancel)).Lists);
    }

    [Fact]
    public async Task A_file_of_a_later_layout_is_left_alone()
    {
        Write("PRAGMA user_version = 99");
        using var workspace = Workspace.Open(_home.Path, 1);
        Assert.Contains("layout 99", (await Assert.ThrowsAsync<LabException>(() => workspace.Label(new(), cancel: Cancel))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_a_list_holds_no_formula()
    {
        var list = new FeatureList("x", default, 2, [new("=cmd", 1, "+1,\"a\"\nb", true), new("sae", 2, null, true)]);
        Assert.Equal("place,sae,feature,label\n1,'=cmd,1,\"'+1,\"\"a\"\"\nb\"\n2,sae,2,\n", list.Csv());
    }

    private async Task<DatabaseException> Told(string connection)
    {
        using var workspace = Workspace.Open(_home.Path, 1, connection);
        var error = await Assert.ThrowsAsync<DatabaseException>(() => workspace.Label(new(), cancel: Cancel));
        Assert.DoesNotContain("secret-word", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", error.Hint, StringComparison.Ordinal);
        return error;
    }

    private void Write(params string[] statements)
    {
        using var file = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _home["saesharp.db"], Pooling = false }.ToString());
        file.Open();
        foreach (var statement in statements)
        {
            using var command = file.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }
}
