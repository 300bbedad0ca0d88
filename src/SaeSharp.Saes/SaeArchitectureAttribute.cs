namespace SaeSharp.Saes;

/// <summary>Names an architecture, or several that one class can be, as <c>cfg.json</c> does. <see cref="SaeCatalog"/> finds the class that encodes and the one that trains by it.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class SaeArchitectureAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
