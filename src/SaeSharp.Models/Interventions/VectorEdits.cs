using SaeSharp.Numerics;

namespace SaeSharp.Models.Interventions;

/// <summary>Edits by a given vector v, [width] or [positions, width] (then row p serves position p, and positions beyond are left alone).</summary>
public static class VectorEdits
{
    /// <summary>h += C·v.</summary>
    public static Edit Add(string hook, EditPositions positions, Tensor vector, double coefficient) => throw new NotImplementedException();

    /// <summary>h = C·v.</summary>
    public static Edit Set(string hook, EditPositions positions, Tensor vector, double coefficient) => throw new NotImplementedException();

    /// <summary>Without a vector h *= C; with one, only the part of h along it.</summary>
    public static Edit Scale(string hook, EditPositions positions, Tensor? vector, double coefficient) => throw new NotImplementedException();

    /// <summary>Without a vector h = 0; with one, its part along it: h −= (h·v̂)v̂.</summary>
    public static Edit Ablate(string hook, EditPositions positions, Tensor? vector) => throw new NotImplementedException();

    /// <summary>h −= (h·v̂)v̂.</summary>
    public static Edit Project(string hook, EditPositions positions, Tensor vector) => throw new NotImplementedException();
}
