namespace SaeSharp.Saes.Synthetic;

/// <summary>The normal numbers that PyTorch draws on a CPU from a seeded generator, to float rounding: what the published benchmark was made from.</summary>
/// <remarks>
/// MT19937 (Matsumoto, Nishimura 1998) seeded as <c>torch.Generator.manual_seed</c> does; a uniform is the low 24 bits over 2²⁴. Sixteen uniforms become sixteen
/// normals by Box and Muller: number i of the first eight and i + 8 share a radius from 1 − u_i and an angle from u_{i+8}. A length that is not a multiple of
/// sixteen draws its last sixteen numbers again. Lengths below sixteen take another path in PyTorch and are not offered.
/// </remarks>
internal sealed class TorchRandom
{
    private const int Words = 624, Half = 397, Block = 16;
    private readonly uint[] _state = new uint[Words];
    private int _next = Words;

    public TorchRandom(long seed)
    {
        _state[0] = (uint)seed;
        for (var i = 1; i < Words; i++) _state[i] = 1812433253 * (_state[i - 1] ^ (_state[i - 1] >> 30)) + (uint)i;
    }

    /// <summary>What <c>torch.randn(length, generator=…)</c> gives next.</summary>
    public void Normals(Span<float> to)
    {
        if (to.Length < Block) throw OptionException.Invalid($"{to.Length} normal numbers are asked for, expected {Block} or more.", "Make the world larger.");
        foreach (ref var value in to) value = Uniform();
        for (var start = 0; start + Block <= to.Length; start += Block) BoxMuller(to.Slice(start, Block));
        if (to.Length % Block == 0) return;
        var last = to[^Block..];
        foreach (ref var value in last) value = Uniform();
        BoxMuller(last);
    }

    private static void BoxMuller(Span<float> block)
    {
        for (var i = 0; i < Block / 2; i++)
        {
            var radius = MathF.Sqrt(-2 * MathF.Log(1 - block[i]));
            var angle = 2 * MathF.PI * block[i + Block / 2];
            (block[i], block[i + Block / 2]) = (radius * MathF.Cos(angle), radius * MathF.Sin(angle));
        }
    }

    private float Uniform() => (Next() & 0xFFFFFF) * (1f / (1 << 24));

    private uint Next()
    {
        if (_next == Words) Twist();
        var y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    private void Twist()
    {
        for (var i = 0; i < Words; i++)
        {
            var y = (_state[i] & 0x80000000) | (_state[(i + 1) % Words] & 0x7FFFFFFF);
            _state[i] = _state[(i + Half) % Words] ^ (y >> 1) ^ ((y & 1) * 0x9908B0DF);
        }
        _next = 0;
    }
}
