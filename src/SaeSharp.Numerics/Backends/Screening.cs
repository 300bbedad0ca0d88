namespace SaeSharp.Numerics.Backends;

/// <summary>Whether encoders are first computed in 8-bit integers, with bounds on the error, so that only numbers that may be chosen are computed in f32. The choice and its bits are the same.</summary>
public enum Screening
{
    /// <summary>Where it is faster on this machine.</summary>
    Auto,
    /// <summary>Wherever the machine can.</summary>
    On,
    /// <summary>Never.</summary>
    Off,
}
