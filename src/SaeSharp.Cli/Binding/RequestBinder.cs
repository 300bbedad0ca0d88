using System.Collections;
using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Cli.Binding;

/// <summary>Makes the flags of a verb from its request record, and the record from the flags: one description, three doors.</summary>
/// <remarks>Every property is a flag of its name, its doc comment is the help and its initial value the default; <see cref="CorpusOptions"/> inside a request lies flat beside it.</remarks>
internal sealed class RequestBinder<TRequest> where TRequest : class
{
    private readonly List<(PropertyInfo? Outer, PropertyInfo Property, Symbol Symbol)> _symbols = [];

    /// <param name="command">Gets the arguments and options.</param>
    /// <param name="positional">Properties given by position, in this order.</param>
    public RequestBinder(Command command, params string[] positional)
    {
        var sample = New(typeof(TRequest));
        foreach (var name in positional) Add(command, null, typeof(TRequest).GetProperty(name)!, sample, isPositional: true);
        foreach (var property in Settable(typeof(TRequest)))
        {
            if (property.PropertyType == typeof(CorpusOptions))
            {
                var corpus = new CorpusOptions();
                foreach (var inner in Settable(typeof(CorpusOptions))) Add(command, property, inner, corpus, isPositional: false);
            }
            else if (!positional.Contains(property.Name))
            {
                Add(command, null, property, sample, isPositional: false);
            }
        }
    }

    /// <summary>The request that the command line asks for. Values check themselves.</summary>
    public TRequest Read(ParseResult parsed)
    {
        var request = New(typeof(TRequest));
        var inner = new Dictionary<PropertyInfo, object>();
        foreach (var (outer, property, symbol) in _symbols)
        {
            var target = request;
            if (outer is not null && !inner.TryGetValue(outer, out target!)) inner.Add(outer, target = New(outer.PropertyType));
            if (Value(parsed, symbol, property) is { } value) Set(property, target, value);
        }
        foreach (var (outer, value) in inner) Set(outer, request, value);
        return (TRequest)request;
    }

    private void Add(Command command, PropertyInfo? outer, PropertyInfo property, object sample, bool isPositional)
    {
        var help = DocText.Of(property);
        if (isPositional)
        {
            var isNeeded = property.IsDefined(typeof(RequiredMemberAttribute));
            var argument = new Argument<string?>(property.Name.ToUpperInvariant()) { Description = help, Arity = isNeeded ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne };
            command.Add(argument);
            _symbols.Add((outer, property, argument));
            return;
        }

        Option option = property.PropertyType switch
        {
            var type when type == typeof(bool) => new Option<bool>(FlagNames.Of(property.Name)),
            var type when type == typeof(IReadOnlyList<string>) => new Option<string[]>(FlagNames.Of(property.Name)) { AllowMultipleArgumentsPerToken = true, HelpName = "text" },
            _ => new Option<string?>(FlagNames.Of(property.Name)) { HelpName = HelpName(property.PropertyType) },
        };
        option.Description = help + Default(property.GetValue(sample));
        option.Required = outer is null && property.IsDefined(typeof(RequiredMemberAttribute));
        command.Add(option);
        _symbols.Add((outer, property, option));
    }

    private static object? Value(ParseResult parsed, Symbol symbol, PropertyInfo property)
    {
        switch (symbol)
        {
            case Option<bool> flag: return parsed.GetValue(flag) ? true : null;
            case Option<string[]> list: return parsed.GetValue(list) is { Length: > 0 } values ? values : null;
            case Option<string?> option: return parsed.GetValue(option) is { } text ? ValueParser.Parse(option.Name, text, property.PropertyType) : null;
            default: return parsed.GetValue((Argument<string?>)symbol) is { } given ? ValueParser.Parse(symbol.Name, given, property.PropertyType) : null;
        }
    }

    private static string Default(object? value) => value switch
    {
        null or false or "" => "",
        string text => $" (default: {text})",
        IEnumerable => "",
        Enum word => $" (default: {word.ToString().ToLowerInvariant()})",
        IFormattable number => $" (default: {number.ToString(null, CultureInfo.InvariantCulture)})",
        _ => "",
    };

    private static string HelpName(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? ValueParser.Choices(type).Replace(" or ", "|", StringComparison.Ordinal) : type == typeof(string) ? "text" : type == typeof(int) || type == typeof(long) ? "n" : "value";
    }

    private static IEnumerable<PropertyInfo> Settable(Type type) => type.GetProperties().Where(p => p.SetMethod is { IsPublic: true });

    /// <summary>A request with its defaults; what is required is set from the command line, which demands it.</summary>
    private static object New(Type type) => Activator.CreateInstance(type)!;

    private static void Set(PropertyInfo property, object target, object value)
    {
        try
        {
            property.SetValue(target, value);
        }
        catch (TargetInvocationException failure)
        {
            ExceptionDispatchInfo.Throw(failure.InnerException!);
        }
    }
}
