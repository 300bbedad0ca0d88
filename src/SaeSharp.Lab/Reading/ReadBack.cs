using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Reading;

/// <summary>Reads along with SAEs while a model writes: the rows of each hook wait until there are 48, so that one pass over an encoder serves 48 tokens.</summary>
/// <remarks>A row's codes do not depend on the rows beside it: they are those of an encoding token by token. Edits that need a code at once do not come here.</remarks>
internal sealed class ReadBack : IDisposable
{
    /// <summary>Rows that wait at most.</summary>
    public const int Chunk = 48;

    private readonly Waiting[] _hooks;

    /// <param name="model">The model that writes.</param>
    /// <param name="saes">Who reads.</param>
    public ReadBack(Transformer model, IReadOnlyList<LoadedSae> saes) =>
        _hooks = [.. saes.GroupBy(sae => sae.Hook, StringComparer.Ordinal).Select(group => new Waiting(group.Key, model.HookWidth(group.Key), [.. group]))];

    /// <summary>Adds its reads, which see the hooks after all edits, and returns <paramref name="hooks"/>.</summary>
    public HookSet AddTo(HookSet hooks)
    {
        foreach (var hook in _hooks) hooks.Read(hook.Name, hook.Take);
        return hooks;
    }

    /// <summary>Encodes what still waits. Codes are complete then.</summary>
    public void Flush()
    {
        foreach (var hook in _hooks) hook.Flush();
    }

    /// <summary>Coefficients of all tokens so far but those that wait, in order: a piece of one token or more each.</summary>
    public IReadOnlyList<SparseCodes> Codes(LoadedSae sae) => _hooks.Select(hook => hook.Codes.GetValueOrDefault(sae)).First(codes => codes is not null)!;

    public void Dispose()
    {
        foreach (var hook in _hooks) hook.Rows.Free();
    }

    /// <summary>The rows of one hook that wait, and what was read from those before.</summary>
    private sealed class Waiting(string name, int width, LoadedSae[] saes)
    {
        private int _count;

        public string Name => name;

        public Tensor Rows { get; } = Tensor.Zeros(DType.F32, Chunk, width);                         // h   [chunk, dIn]

        public Dictionary<LoadedSae, List<SparseCodes>> Codes { get; } = saes.ToDictionary(sae => sae, _ => new List<SparseCodes>());

        public void Take(Tensor value)
        {
            var rows = value.Reshape((int)(value.Count / width), width);                             // [rows, dIn]
            for (var done = 0; done < rows.RowCount;)
            {
                if (_count == 0 && rows.RowCount - done >= Chunk)
                {
                    Encode(rows.Rows(done, rows.RowCount - done)); // a prompt is chunk enough
                    return;
                }
                var count = Math.Min(Chunk - _count, rows.RowCount - done);
                rows.Rows(done, count).CopyTo(Rows.Rows(_count, count));
                (_count, done) = (_count + count, done + count);
                if (_count == Chunk) Flush();
            }
        }

        public void Flush()
        {
            if (_count > 0) Encode(Rows.Rows(0, _count));
            _count = 0;
        }

        private void Encode(Tensor rows)
        {
            foreach (var (sae, codes) in Codes) codes.Add(sae.Encode(rows));
        }
    }
}
