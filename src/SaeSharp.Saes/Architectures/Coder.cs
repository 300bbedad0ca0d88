using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Saes.Architectures;

/// <summary>Sparse coding: in place of an encoder a solver, which finds the code of each activation on the decoder's rows.</summary>
/// <remarks>
/// f = argmin ½‖x − b_dec − f W_dec‖² + λ‖f‖₁, or what another solver of <see cref="SaeConfig.Coding"/> finds; there is no W_enc. What an SAE's encoder guesses in one pass (O'Neill
/// et al. 2024, arXiv:2411.13117v1, call the difference the amortisation gap). The rows are taken as they are: their lengths decide what a latent costs.
/// </remarks>
[SaeArchitecture("sparse_coding")]
public sealed class Coder : SparseAutoencoder
{
    private readonly SparseSolver _solver;
    private readonly Lazy<AtomDictionary> _atoms;

    public Coder(SaeConfig config, SaeWeights weights, Backend backend) : base(config, weights, backend)
    {
        var options = config.Coding ?? throw OptionException.Invalid("A sparse_coding SAE needs to know which solver codes.", "Set Coding in its config.");
        OptionException.InRange(options.Count ?? 1, 1, DSae, "count");
        _solver = options.Solver();
        _atoms = new(() => new(DecoderDirections, backend));
    }

    internal override IReadOnlyList<string> LatentTensors => [];

    private protected override void EncodeRows(Tensor input, SparseCodesBuilder codes)
    {
        foreach (var answer in _solver.Solve(_atoms.Value, input))
        {
            float[] values = [.. answer.Values.Select(value => (float)value)];
            int[] atoms = [.. answer.Indices.Select((atom, i) => values[i] == 0 ? -1 : atom)];
            codes.AddSlots(atoms, values);
        }
    }

    private protected override Tensor FindEncoderDirections() => DecoderDirections;
}
