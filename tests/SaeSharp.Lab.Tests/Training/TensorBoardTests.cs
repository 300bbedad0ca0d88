using System.Buffers.Binary;
using System.Text;
using SaeSharp.Lab.Training;

namespace SaeSharp.Lab.Tests.Training;

[Collection(typeof(TinyWorkspaceTests))]
public class TensorBoardTests(TinyWorkspace tiny)
{
    /// <summary>The check value of CRC-32C for "123456789" (RFC 3720, B.4 gives the polynomial) is E3069283.</summary>
    [Fact]
    public void Sums_are_masked_Castagnoli_sums()
    {
        var crc = 0xE3069283u;
        Assert.Equal(unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8), TensorBoardFile.MaskedCrc(Encoding.ASCII.GetBytes("123456789")));
    }

    [Fact]
    public async Task A_run_becomes_a_chain_of_framed_records_one_a_point()
    {
        using var folder = new TemporaryFolder();
        var trained = await tiny.Workspace.Train(TinyWorkspace.Training with { Out = "boarded" });
        var run = (await tiny.Workspace.Runs(new())).Runs.Single(run => run.Result?.Path == trained.Saes[0].Path);
        await tiny.Workspace.Runs(new() { Run = run.Info.Id, TensorBoard = folder.Path });

        var bytes = File.ReadAllBytes(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Single());
        var records = new List<byte[]>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(TensorBoardFile.MaskedCrc(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            Assert.Equal(TensorBoardFile.MaskedCrc(bytes.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            records.Add(bytes[(at + 12)..(at + 12 + length)]);
            at += 16 + length;
        }
        Assert.Equal(1 + 40, records.Count);
        Assert.Contains("brain.Event:2", Encoding.ASCII.GetString(records[0]), StringComparison.Ordinal);
        Assert.All(records.Skip(1), record => Assert.Contains("quality/fvu", Encoding.ASCII.GetString(record), StringComparison.Ordinal));
    }
}
