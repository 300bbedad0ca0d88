namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>A compiled pattern.</summary>
/// <param name="Steps">Its steps; it begins with the first.</param>
/// <param name="Classes">The sets that the steps name.</param>
/// <param name="Texts">The texts that the steps name.</param>
/// <param name="First">The set that every match begins with, or -1.</param>
/// <param name="States">How many different states its branches have at one place of a text.</param>
/// <param name="Registers">How many places it remembers.</param>
internal sealed record PatternProgram(PatternStep[] Steps, ClassTable Classes, string[] Texts, int First, int States, int Registers);
