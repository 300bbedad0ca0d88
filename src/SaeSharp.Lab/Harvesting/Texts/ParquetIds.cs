using System.Numerics;
using Parquet;
using Parquet.Schema;

namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>A column of lists of token ids: texts that were tokenised before.</summary>
internal static class ParquetIds
{
    private const long FreeValues = 4 << 20;
    private const int ValuesPerByte = 16; // a run of one token packs to less than a bit each

    /// <summary>Whether the column holds lists of whole numbers.</summary>
    public static bool CanRead(DataField column) => column.MaxRepetitionLevel == 1 && (column.ClrType == typeof(int) || column.ClrType == typeof(long));

    /// <summary>One document a row, in order.</summary>
    public static async Task<IEnumerable<Document>> ReadAsync(string path, ParquetReader reader, DataField column)
    {
        var documents = new List<Document>();
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            using var rows = reader.OpenRowGroupReader(group);
            var count = rows.GetMetadata(column)?.MetaData?.NumValues ?? 0;
            var most = FreeValues + ValuesPerByte * new FileInfo(path).Length;
            if (count < 0 || count > most) throw FileException.Malformed(path, $"row group {group}", $"it claims {count} token ids, expected at most {most} in a file of this size");
            documents.AddRange(column.ClrType == typeof(int)
                ? await ReadAsync<int>(path, rows, column, (int)count, documents.Count).ConfigureAwait(false)
                : await ReadAsync<long>(path, rows, column, (int)count, documents.Count).ConfigureAwait(false));
        }
        return documents;
    }

    private static async Task<List<Document>> ReadAsync<T>(string path, ParquetRowGroupReader rows, DataField column, int count, int before) where T : struct, IBinaryInteger<T>
    {
        var (values, definitions, repetitions) = (new T[count], new int[count], new int[count]);
        await rows.ReadRawAsync<T>(column, values, (Memory<int>)definitions, (Memory<int>)repetitions).ConfigureAwait(false);
        var (documents, ids, next) = (new List<Document>(), new List<int>(), 0);
        for (var i = 0; i < count; i++)
        {
            if (repetitions[i] == 0 && i > 0) Close();
            if (definitions[i] != column.MaxDefinitionLevel) continue; // an empty list, or none
            var id = values[next++];
            if (id < T.Zero || id > T.CreateTruncating(int.MaxValue)) throw FileException.Malformed(path, $"row {before + documents.Count}", $"a token id is {id}, expected a whole number from 0 to {int.MaxValue}");
            ids.Add(int.CreateTruncating(id));
        }
        if (count > 0) Close();
        return documents;

        void Close()
        {
            documents.Add(new(null, [.. ids]));
            ids.Clear();
        }
    }
}
