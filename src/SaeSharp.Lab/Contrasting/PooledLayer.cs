using SaeSharp.Lab.Library;
using SaeSharp.Lab.Probing;
using SaeSharp.Numerics;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Contrasting;

/// <summary>One SAE's features on every prompt, pooled over its tokens that count; beside them the activations, pooled alike.</summary>
internal sealed class PooledLayer
{
    private PooledLayer(LoadedSae sae, SparseColumns features, float[] activations) => (Sae, Features, Activations) = (sae, features, activations);

    public LoadedSae Sae { get; }

    /// <summary>Each latent's value on each prompt, a coefficient.</summary>
    public SparseColumns Features { get; }

    /// <summary>[prompts, dIn].</summary>
    public float[] Activations { get; }

    /// <summary>The activations of one prompt.</summary>
    public ReadOnlySpan<float> ActivationsOf(int prompt) => Activations.AsSpan(prompt * Sae.Sae.DIn, Sae.Sae.DIn);

    /// <summary>Takes prompt after prompt.</summary>
    public sealed class Builder(LoadedSae sae, int prompts, Pooling pooling)
    {
        private readonly List<int> _features = [], _touched = [];
        private readonly List<float> _values = [];
        private readonly List<int> _rowStarts = [0];
        private readonly double[] _sums = new double[sae.DSae];
        private readonly bool[] _seen = new bool[sae.DSae];
        private readonly float[] _activations = new float[checked(prompts * sae.Sae.DIn)];

        public LoadedSae Sae => sae;

        /// <summary>Adds the prompt of the rows <paramref name="start"/> to start + count − 1.</summary>
        public void Add(SparseCodes codes, Tensor x, int start, int count)
        {
            for (var row = start; row < start + count; row++)
            {
                ReadOnlySpan<int> indices = codes.RowIndices(row);
                ReadOnlySpan<float> values = codes.RowValues(row);
                for (var i = 0; i < indices.Length; i++) Take(indices[i], values[i]);
            }
            foreach (var feature in _touched)
            {
                var pooled = (float)(pooling == Pooling.Mean ? _sums[feature] / count : _sums[feature]);
                (_sums[feature], _seen[feature]) = (0, false);
                if (pooled == 0) continue;
                _features.Add(feature);
                _values.Add(pooled);
            }
            _touched.Clear();
            AddActivations(x, start, count);
            _rowStarts.Add(_features.Count);
        }

        /// <summary>The same, feature after feature.</summary>
        public PooledLayer Build()
        {
            var starts = new int[sae.DSae + 1];
            foreach (var feature in _features) starts[feature + 1]++;
            for (var feature = 0; feature < sae.DSae; feature++) starts[feature + 1] += starts[feature];
            var (next, at, values) = (starts[..^1], new int[_features.Count], new float[_features.Count]);
            for (var prompt = 0; prompt < _rowStarts.Count - 1; prompt++)
            {
                for (var i = _rowStarts[prompt]; i < _rowStarts[prompt + 1]; i++)
                {
                    var place = next[_features[i]]++;
                    (at[place], values[place]) = (prompt, _values[i]);
                }
            }
            return new(sae, new(starts, at, values), _activations);
        }

        private void Take(int feature, float value)
        {
            if (!_seen[feature])
            {
                _seen[feature] = true;
                _touched.Add(feature);
                _sums[feature] = pooling == Pooling.Max ? Math.Max(0, value) : value; // a latent that does not fire is 0
            }
            else _sums[feature] = pooling == Pooling.Max ? Math.Max(_sums[feature], value) : _sums[feature] + value;
        }

        private void AddActivations(Tensor x, int start, int count)
        {
            var pooled = _activations.AsSpan((_rowStarts.Count - 1) * sae.Sae.DIn, sae.Sae.DIn);
            x.Row<float>(start).CopyTo(pooled);
            for (var row = start + 1; row < start + count; row++)
            {
                var values = x.Row<float>(row);
                for (var i = 0; i < pooled.Length; i++) pooled[i] = pooling == Pooling.Max ? Math.Max(pooled[i], values[i]) : pooled[i] + values[i];
            }
            if (pooling == Pooling.Mean) System.Numerics.Tensors.TensorPrimitives.Divide(pooled, count, pooled);
        }
    }
}
