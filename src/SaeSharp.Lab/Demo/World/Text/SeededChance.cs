using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Demo.World.Text;

/// <summary>The choices of one document: they depend on the seed and the document's number only.</summary>
internal sealed class SeededChance : Chance
{
    private SplitMix _random;

    public void Start(long seed, long document) => _random = new(SplitMix.Hash(seed, document));

    public override int Below(int bound) => _random.Below(bound);
}
