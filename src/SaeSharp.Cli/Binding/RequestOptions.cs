using System.CommandLine;
using System.CommandLine.Parsing;
using System.Reflection;
using System.Text.Json;
using SaeSharp.Lab;
using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Cli.Binding;

/// <summary>The flags of a verb: one for each property of its request, named, described and defaulted as there.</summary>
/// <remarks>Lists are flags that may be repeated, without the plural's s; the corpus' properties stand among the others.</remarks>
internal sealed class RequestOptions<TRequest> where TRequest : notnull
{
    private static readonly Dictionary<string, string> Names = new() { ["BufferMiB"] = "--buffer-mib", ["CacheMiB"] = "--cache-mib", ["ShardMiB"] = "--shard-mib", ["Hooks"] = "--hook", ["Saes"] = "--sae", ["Features"] = "--feature", ["ChatVariables"] = "--chat-variable", ["PromptsA"] = "--prompt-a", ["PromptsB"] = "--prompt-b", ["Words"] = "--word", ["Turns"] = "--turn" };
    private const string Texts = "Texts"; // several files: one a line of the property
    private readonly List<Bound> _bound = [];

    /// <param name="positional">Properties that are given without a flag, in order; <c>?</c> after the name marks one that may be left out.</param>
    /// <param name="only">Properties that are flags; all others where empty.</param>
    public RequestOptions(string[] positional, params string[] only)
    {
        foreach (var name in positional) _bound.Add(new(Property(typeof(TRequest), name.TrimEnd('?')), null, Argument: Positional(name)));
        AddFlags(typeof(TRequest), null, only);
    }

    public void AddTo(Command command)
    {
        foreach (var bound in _bound)
        {
            if (bound.Argument is { } argument) command.Add(argument);
            if (bound.Option is { } option) command.Add(option);
            if (bound.Switch is { } on) command.Add(on);
        }
    }

    /// <summary>The request that a command line asks for.</summary>
    public TRequest Bind(ParseResult parsed)
    {
        var request = Activator.CreateInstance<TRequest>();
        var corpus = new CorpusOptions();
        foreach (var bound in _bound)
            if (ValueOf(bound, parsed) is { } value) bound.Property.SetValue(bound.Owner is null ? request : corpus, value);
        if (typeof(TRequest).GetProperty("Corpus") is { } property) property.SetValue(request, corpus);
        return request;
    }

    private static object? ValueOf(Bound bound, ParseResult parsed)
    {
        if (bound.Switch is { } on) return parsed.GetValue(on) ? true : null;
        var texts = bound.Argument is { } argument ? parsed.GetValue(argument) : parsed.GetValue(bound.Option!);
        if (texts is null || texts.Length == 0) return null;
        if (bound.Property.Name == Texts) return string.Join('\n', texts);
        return bound.Property.PropertyType == typeof(IReadOnlyList<string>) ? texts : ValueText.Parse(texts[^1], bound.Property.PropertyType).Value;
    }

    private void AddFlags(Type type, PropertyInfo? owner, string[] only)
    {
        var defaults = Activator.CreateInstance(type);
        var taken = _bound.Select(bound => bound.Property.Name).ToHashSet();
        // A base record's properties (the prompt) come after the verb's own.
        foreach (var property in type.GetProperties().Where(property => property.CanWrite && !taken.Contains(property.Name)))
        {
            if (property.PropertyType == typeof(CorpusOptions)) AddFlags(typeof(CorpusOptions), property, []);
            else if (only.Length == 0 || only.Contains(property.Name)) _bound.Add(Flag(property, owner, property.GetValue(defaults)));
        }
    }

    private static Bound Flag(PropertyInfo property, PropertyInfo? owner, object? value)
    {
        var name = (property.PropertyType == typeof(int) && property.Name == "Saes" ? null : Names.GetValueOrDefault(property.Name)) ?? $"--{JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name)}";
        var shown = ValueText.Show(value);
        var help = DocComments.OfProperty(property) + (shown is null ? "" : $" [default: {shown}]");
        if (property.PropertyType == typeof(bool)) return new(property, owner, Switch: new(name) { Description = help });
        var isList = property.PropertyType == typeof(IReadOnlyList<string>) || property.Name == Texts;
        var option = new Option<string[]>(name)
        {
            Description = help, HelpName = HelpName(property), AllowMultipleArgumentsPerToken = isList, Arity = isList ? ArgumentArity.OneOrMore : new(1, 1), CustomParser = Words,
            Required = property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null,
        };
        option.Validators.Add(result => Check(result, name, property.PropertyType));
        return new(property, owner, Option: option);
    }

    private static Argument<string[]> Positional(string name)
    {
        var property = Property(typeof(TRequest), name.TrimEnd('?'));
        var argument = new Argument<string[]>(name.TrimEnd('?').ToUpperInvariant())
        {
            Description = DocComments.OfProperty(property), Arity = property.PropertyType == typeof(IReadOnlyList<string>) ? ArgumentArity.OneOrMore : name.EndsWith('?') ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne, CustomParser = Words,
        };
        argument.Validators.Add(result => Check(result, name.TrimEnd('?').ToUpperInvariant(), property.PropertyType));
        return argument;
    }

    /// <summary>Values stay words until they are bound, so that one error tells what each property expects.</summary>
    private static string[] Words(ArgumentResult result) => [.. result.Tokens.Select(token => token.Value)];

    private static void Check(SymbolResult result, string name, Type type)
    {
        if (type == typeof(IReadOnlyList<string>)) return;
        foreach (var token in result.Tokens)
            if (ValueText.Parse(token.Value, type) is { Expected: { } expected }) result.AddError($"{name} is '{token.Value}', expected {expected}.");
    }

    private static string HelpName(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type == typeof(int) || type == typeof(long) || type == typeof(double) ? "N" : property.Name switch
        {
            "Texts" or "IdsFile" or "Messages" or "Edits" or "Input" or "Out" or "A" or "B" or "BundleOut" => "FILE",
            "ChatVariables" => "NAME=JSON",
            _ => JsonNamingPolicy.SnakeCaseUpper.ConvertName(Names.GetValueOrDefault(property.Name)?.TrimStart('-') ?? property.Name),
        };
    }

    private static PropertyInfo Property(Type type, string name) => type.GetProperty(name) ?? throw new ArgumentException($"{type.Name} has no property {name}.");

    private sealed record Bound(PropertyInfo Property, PropertyInfo? Owner, Argument<string[]>? Argument = null, Option<string[]>? Option = null, Option<bool>? Switch = null);
}
