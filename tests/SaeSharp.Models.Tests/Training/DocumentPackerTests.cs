using CsCheck;
using SaeSharp.Models.Training;

namespace SaeSharp.Models.Tests.Training;

/// <summary>How documents become batches.</summary>
public class DocumentPackerTests
{
    [Fact]
    public void Every_token_but_the_first_of_a_document_is_a_target_once_and_no_sequence_holds_two_documents() => Gen.Select(
        Gen.Int[0, 40].Array[0, 60], Gen.Int[1, 12], Gen.Int[1, 50]).Sample((lengths, context, rows) =>
    {
        // A token tells its document and place.
        int[][] documents = [.. lengths.Select((length, document) => Enumerable.Range(0, length).Select(place => document * 100 + place).ToArray())];
        var (packer, batch, targets) = (new DocumentPacker(documents, context, 7), new TrainingBatch(1), new List<int>());
        while (packer.Fill(batch, Math.Max(rows, context)))
        {
            Assert.Equal(Math.Max(rows, context), batch.Rows);
            foreach (var (start, count) in batch.Sequences)
            {
                Assert.InRange(count, 1, context);
                var isFill = batch.Targets[start] == TrainingBatch.NoTarget;
                for (var row = start; row < start + count; row++)
                {
                    Assert.Equal(row - start, batch.Positions[row]);
                    Assert.Equal(isFill, batch.Targets[row] == TrainingBatch.NoTarget);
                    if (isFill) continue;
                    Assert.Equal(batch.Ids[row] + 1, batch.Targets[row]);
                    Assert.Equal(batch.Ids[start] + row - start, batch.Ids[row]);
                    targets.Add(batch.Targets[row]);
                }
            }
        }
        Assert.Equal(documents.SelectMany(document => document.Skip(1)).Order(), targets.Order());
    });

    [Fact]
    public void Batches_are_nearly_full()
    {
        var random = new Random(1);
        var (packer, batch, counted) = (new DocumentPacker(Enumerable.Range(0, 4000).Select(_ => new int[random.Next(10, 118)]), 128), new TrainingBatch(1), 0);
        for (var i = 0; i < 50; i++)
        {
            packer.Fill(batch, 2048);
            counted += batch.Counted;
        }
        Assert.InRange(counted / (50 * 2048.0), 0.99, 1);
    }
}
