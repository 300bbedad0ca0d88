using System.Reflection;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes;

/// <summary>All architectures, found by <see cref="SaeArchitectureAttribute"/>.</summary>
public static class SaeCatalog
{
    private static readonly Dictionary<string, ConstructorInfo> Encoders = Find<SparseAutoencoder>();

    /// <summary>Names of the architectures, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Encoders.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The SAE of <paramref name="config"/> with <paramref name="weights"/>.</summary>
    /// <exception cref="SaeException">No such architecture, or the weights do not fit it.</exception>
    public static SparseAutoencoder Create(SaeConfig config, SaeWeights weights, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weights);
        if (!Encoders.TryGetValue(config.Architecture, out var constructor)) throw SaeException.UnknownArchitecture(config.Architecture, Names);
        var sae = (SparseAutoencoder)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [config, weights, backend], null);
        weights.RequireAllTaken(config.Architecture);
        return sae;
    }

    /// <summary>The only public constructor of every sealed class under <typeparamref name="TBase"/>, by the architectures it names.</summary>
    internal static Dictionary<string, ConstructorInfo> Find<TBase>() => typeof(SaeCatalog).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(TBase)) && !type.IsAbstract)
        .SelectMany(type => type.GetCustomAttributes<SaeArchitectureAttribute>(), (type, attribute) => (attribute.Name, Constructor: type.GetConstructors().Single()))
        .ToDictionary(found => found.Name, found => found.Constructor);
}
