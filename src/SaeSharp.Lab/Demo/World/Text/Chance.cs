namespace SaeSharp.Lab.Demo.World.Text;

/// <summary>Where all choices come from: whole numbers below a bound, all as likely.</summary>
internal abstract class Chance
{
    public abstract int Below(int bound);
}
