namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Products of bytes: u8 inputs with s8 weights, summed in 32 bits without loss.</summary>
internal unsafe interface IByteKernel
{
    /// <summary>Rows of a tile.</summary>
    static abstract int TileRows { get; }

    /// <summary>Inputs are quantised to −Levels … Levels and stored with Levels + 1 added.</summary>
    static abstract int Levels { get; }

    /// <summary>c[TileRows, 32] = start[32] + a·b; a is [groups][TileRows][4], b one panel of <see cref="ScreenedWeights"/>.</summary>
    static abstract void Panel(byte* a, sbyte* b, int* start, int* c, nint columns, int groups);
}
