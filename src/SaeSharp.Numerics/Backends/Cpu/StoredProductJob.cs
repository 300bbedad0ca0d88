namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>c = a·wᵀ over a weight [n, k] as it is stored: a part turns a few panels into the cache and multiplies all rows by them.</summary>
internal unsafe struct StoredProductJob<L, TVector> : Threads.IJob where L : ILanes<TVector> where TVector : struct
{
    private const int Width = PackedMatrix.PanelWidth;

    /// <summary>Half of a second-level cache.</summary>
    private const long PartBytes = 1 << 20;

    public ProductJob<L, TVector> Product;
    public Tensor Weight;

    /// <summary>Panels of a part: an even number, for a single row takes two at once.</summary>
    public static int Share(in ProductJob<L, TVector> product) => (int)Math.Clamp(PartBytes / (PanelElements(product) * product.Type.Size()), 2, 6) & ~1;

    public readonly void Run(int part)
    {
        var product = Product;
        var size = product.Type.Size();
        var first = part * product.PanelsPerPart;
        var end = Math.Min((product.N + Width - 1) / Width, first + product.PanelsPerPart);
        var start = (long)first * Width * product.K * size;
        Weight.EnterMemory(start, ((long)Math.Min(product.N, end * Width) * product.K * size) - start);

        var scratch = product.Scratch.Rent(product.PanelsPerPart * PanelElements(product) * size);
        product.Panels = (byte*)scratch.Address - (first * PanelElements(product) * size); // panels keep their numbers
        for (var panel = first; panel < end; panel++)
        {
            if (size == sizeof(ushort)) PanelCopy.Copy((ushort*)Weight.Address, (ushort*)product.Panels, panel, product.K, product.N, true);
            else PanelCopy.Copy((uint*)Weight.Address, (uint*)product.Panels, panel, product.K, product.N, true);
        }
        var blocks = product.PackedA == null ? 1 : product.RowBlocks;
        for (var block = 0; block < blocks; block++) product.Run((part * blocks) + block);
        product.Scratch.Return(scratch);
    }

    private static long PanelElements(in ProductJob<L, TVector> product) => (long)product.K * Width;
}
