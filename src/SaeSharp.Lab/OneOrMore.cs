using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SaeSharp.Lab;

/// <summary>A setting that may be given as one value or as several, which then are all tried. In JSON a value or an array.</summary>
/// <remarks>Two are equal when their values are, so records that hold one compare as their content.</remarks>
[JsonConverter(typeof(OneOrMoreConverter))]
[CollectionBuilder(typeof(OneOrMore), nameof(OneOrMore.Of))]
public readonly struct OneOrMore<T>(IReadOnlyList<T> values) : IReadOnlyList<T>, IEquatable<OneOrMore<T>> where T : notnull
{
    private readonly IReadOnlyList<T>? _values = values;

    public int Count => _values?.Count ?? 0;

    public T this[int index] => _values![index];

    public static implicit operator OneOrMore<T>(T value) => new([value]);

    public static bool operator ==(OneOrMore<T> left, OneOrMore<T> right) => left.Equals(right);

    public static bool operator !=(OneOrMore<T> left, OneOrMore<T> right) => !left.Equals(right);

    public IEnumerator<T> GetEnumerator() => (_values ?? []).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(OneOrMore<T> other) => this.SequenceEqual(other);

    public override bool Equals(object? obj) => obj is OneOrMore<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in this) hash.Add(value);
        return hash.ToHashCode();
    }
}

/// <summary>Makes <see cref="OneOrMore{T}"/> from a collection expression.</summary>
public static class OneOrMore
{
    public static OneOrMore<T> Of<T>(ReadOnlySpan<T> values) where T : notnull => new(values.ToArray());
}

/// <summary>Reads and writes <see cref="OneOrMore{T}"/>: one value without brackets.</summary>
internal sealed class OneOrMoreConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(OneOrMore<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Of<T> : JsonConverter<OneOrMore<T>> where T : notnull
    {
        public override OneOrMore<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.StartArray
            ? new(JsonSerializer.Deserialize<T[]>(ref reader, options)!)
            : new([JsonSerializer.Deserialize<T>(ref reader, options)!]);

        public override void Write(Utf8JsonWriter writer, OneOrMore<T> value, JsonSerializerOptions options)
        {
            if (value.Count == 1) JsonSerializer.Serialize(writer, value[0], options);
            else JsonSerializer.Serialize(writer, value.ToArray(), options);
        }
    }
}
