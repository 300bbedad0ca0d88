using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>A coded hook of a shard: gives rows back as activations.</summary>
internal sealed class CodedHook
{
    private readonly SparseAutoencoder _sae;
    private readonly StoredCodes _form;
    private readonly Tensor _starts, _entries, _scales;
    private readonly Tensor? _residual, _residualScales;

    /// <param name="file">The shard.</param>
    /// <param name="hook">The hook, which is coded.</param>
    /// <param name="tokens">Tokens of the shard.</param>
    /// <param name="sae">Decodes.</param>
    /// <exception cref="StoreException">It does not hold what the index says.</exception>
    public CodedHook(SafetensorsFile file, StoredHook hook, int tokens, SparseAutoencoder sae)
    {
        (_sae, _form) = (sae, hook.Codes!);
        _starts = ShardLayout.Read(file, $"{hook.Name}.starts", DType.I32, tokens + 1);
        _scales = ShardLayout.Read(file, $"{hook.Name}.scale", DType.F32, tokens);
        var starts = _starts.Span<int>();
        _entries = ShardLayout.Read(file, $"{hook.Name}.entries", DType.I32, Math.Max(0, starts[^1]));
        for (var token = 0; token < tokens; token++)
            if (starts[token] < 0 || starts[token] > starts[token + 1] || starts[0] != 0) throw StoreException.Damaged(file.Path, $"the entries of token {token} of '{hook.Name}' run from {starts[token]} to {starts[token + 1]}");
        foreach (var word in _entries.Span<int>())
            if (word >>> StoredCodes.LevelBits >= _form.DSae) throw StoreException.Damaged(file.Path, $"an entry of '{hook.Name}' names latent {word >>> StoredCodes.LevelBits} of {_form.DSae}");
        if (_form.ResidualBits == 0) return;
        _residual = ShardLayout.Read(file, $"{hook.Name}.residual", DType.I32, tokens, _form.ResidualWords(hook.Width));
        _residualScales = ShardLayout.Read(file, $"{hook.Name}.residual_scale", DType.F32, tokens);
    }

    /// <summary>The activations of tokens <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/>, [count, width]; the caller's to free.</summary>
    public Tensor Rows(int first, int count)
    {
        var x = _sae.Decode(CodedRows.Entries(_starts.Span<int>().Slice(first, count + 1), _entries.Span<int>(), _scales.Span<float>().Slice(first, count), _form.DSae));
        for (var row = 0; _residual is not null && row < count; row++)
            CodedRows.AddResidual(_residual.Row<int>(first + row), _residualScales!.Span<float>()[first + row], _form.ResidualBits, x.Row<float>(row));
        return x;
    }
}
