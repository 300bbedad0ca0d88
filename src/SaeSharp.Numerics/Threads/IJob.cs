namespace SaeSharp.Numerics.Threads;

/// <summary>Work cut into independent parts. A struct, so that handing it to the pool allocates nothing.</summary>
public interface IJob
{
    /// <summary>Does part number <paramref name="part"/>. Parts may run in any order and at the same time.</summary>
    void Run(int part);
}
