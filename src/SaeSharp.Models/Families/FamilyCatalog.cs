using System.Reflection;
using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Families;

/// <summary>The families there are, by <c>model_type</c>.</summary>
public static class FamilyCatalog
{
    private static readonly SortedDictionary<string, TransformerFamily> Families = Find();

    /// <summary>All <c>model_type</c>s that can be run, in ordinal order.</summary>
    public static IReadOnlyCollection<string> Names => Families.Keys;

    /// <summary>The family that <paramref name="hf"/> names.</summary>
    /// <exception cref="ModelException">There is no such family; the message lists those there are.</exception>
    internal static (string Name, TransformerFamily Family) Of(HfConfig hf)
    {
        var name = hf.Text("model_type");
        return Families.TryGetValue(name, out var family) ? (name, family) : throw ModelException.UnknownFamily(hf.Path, name, Names);
    }

    private static SortedDictionary<string, TransformerFamily> Find()
    {
        var families = new SortedDictionary<string, TransformerFamily>(StringComparer.Ordinal);
        foreach (var type in typeof(TransformerFamily).Assembly.GetTypes())
            if (type.GetCustomAttribute<TransformerFamilyAttribute>() is { } mark)
                families.Add(mark.ModelType, (TransformerFamily)Activator.CreateInstance(type)!);
        return families;
    }
}
