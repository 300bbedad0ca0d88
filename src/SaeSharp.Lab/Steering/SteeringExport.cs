using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Steering;

/// <summary>A steering to take along: its result as JSON or CSV, and what does it again, as a shell script or a C# program.</summary>
public static class SteeringExport
{
    private const string Columns = "sae,hook,layer,part,feature,label,position,token,before,after,difference,of_max";
    private static readonly JsonSerializerOptions Short = new(LabJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>What changed, a line each: the largest changes on prompt and continuation, features that appeared and vanished, and every token of those that were followed.</summary>
    public static string Csv(SteerResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var lines = new StringBuilder(Columns).Append('\n');
        foreach (var layer in result.Layers)
        {
            foreach (var (part, changes) in new[] { ("prompt", layer.Prompt), ("continuation", layer.Continuation), ("appeared", layer.TopAppeared), ("vanished", layer.TopVanished) })
                foreach (var change in changes) Line(layer, part, change.Feature, change.Label, change.Position, change.Before, change.After, change.OfMax);
            foreach (var trace in layer.Steered)
                for (var position = 0; position < trace.Before.Count; position++) Line(layer, trace.TwinOf is { } of ? $"twin of {of}" : "followed", trace.Feature, trace.Label, position, trace.Before[position], trace.After[position], null);
        }
        return lines.ToString();

        void Line(LayerChange layer, string part, int feature, string? label, int position, double before, double after, double? ofMax) => lines.Append(CultureInfo.InvariantCulture,
            $"{Quoted(layer.Sae)},{Quoted(layer.Hook)},{layer.Layer},{Quoted(part)},{feature},{Quoted(label ?? "")},{position},{Quoted(result.ReadBack[position].Text)},{before:R},{after:R},{after - before:R},{ofMax:R}\n");
    }

    /// <summary>The command line that does it again.</summary>
    public static string CommandLine(SteerRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (words, plain) = (new List<string> { "sae", "steer", Shell(request.Model) }, new SteerRequest { Model = request.Model });
        if (request.Prompt is { } prompt) words.Add(Shell(prompt));
        void Flag(string name, object? value, object? usual = null)
        {
            if (value is null || Equals(value, usual)) return;
            words.Add(value is true ? name : $"{name}={Shell(Convert.ToString(value, CultureInfo.InvariantCulture)!)}");
        }
        void Flags(string name, IEnumerable<string> values)
        {
            foreach (var value in values) Flag(name, value);
        }
        Flag("--ids", request.Ids is { } ids ? string.Join(',', ids) : null);
        Flag("--no-special", request.NoSpecial, false);
        Flag("--chat", request.Chat, false);
        Flag("--system", request.System);
        Flags("--turn", request.Turns);
        Flag("--messages", request.Messages);
        Flag("--no-generation-prompt", request.NoGenerationPrompt, false);
        Flag("--control-tokens", request.ControlTokens, false);
        Flags("--chat-variable", request.ChatVariables);
        Flags("--feature", request.Features);
        Flag("--op", JsonNamingPolicy.KebabCaseLower.ConvertName(request.Op.ToString()), "add");
        Flag("--positions", request.Positions?.ToString());
        Flag("--without-error", request.WithoutError, false);
        Flag("--when", request.When);
        Flag("--reach", JsonNamingPolicy.KebabCaseLower.ConvertName(request.Reach.ToString()), "token");
        Flags("--toward", request.Toward);
        Flags("--from", request.From);
        Flags("--hook", request.Hooks);
        Flag("--times", Number(request.Times), "1");
        Flag("--edits", request.Edits);
        Flags("--follow", request.Follow);
        Flag("--twins", request.Twins, false);
        Flags("--word", request.Words);
        Flags("--sae", request.Saes);
        Flag("--top", request.Top, plain.Top);
        Flag("--controls", request.Controls, 0);
        Flag("--instead", request.Instead);
        Flag("--max-tokens", request.MaxTokens, plain.MaxTokens);
        Flag("--temperature", Number(request.Temperature), "0");
        Flag("--top-k", request.TopK, 0);
        Flag("--top-p", Number(request.TopP), "1");
        Flag("--seed", request.Seed, 0);
        Flag("--ignore-eos", request.IgnoreEos, false);
        return string.Join(' ', words);
    }

    /// <summary>A shell script that does it again; what it is called with is added, for example <c>--json</c>.</summary>
    public static string Script(SteerRequest request) => $"#!/bin/sh\n# The same again, to the last token; further options, such as --json or --home FOLDER, may follow.\n{CommandLine(request)} \"$@\"\n";

    /// <summary>A C# program that does it again.</summary>
    public static string Program(SteerRequest request) => $"""
        #!/usr/bin/env dotnet
        #:project src/SaeSharp.Lab/SaeSharp.Lab.csproj

        // The same again, to the last token. Run at the root of the repository: dotnet run FILE.cs [HOME]
        using System.Text.Json;
        using SaeSharp.Lab;
        using SaeSharp.Lab.Steering;

        var request = JsonSerializer.Deserialize<SteerRequest>(""{"\"\""}
            {JsonSerializer.Serialize(request with { Out = null }, Short)}
            {"\"\"\"\""}, LabJson.Options)!;
        using var workspace = Workspace.Open(args.FirstOrDefault());
        var result = await workspace.Steer(request);
        Console.WriteLine(result.Before.Text);
        Console.WriteLine(result.After.Text);
        Console.WriteLine(JsonSerializer.Serialize(result, LabJson.Options));

        """.ReplaceLineEndings("\n");

    /// <summary>Writes what the file's ending says.</summary>
    internal static void Write(string path, SteerRequest request, SteerResult result) => AtomicFile.Write(path, Path.GetExtension(path) switch
    {
        ".json" => JsonSerializer.Serialize(result, LabJson.Options) + "\n",
        ".csv" => Csv(result),
        ".svg" => SteeringPicture.Svg(result),
        ".sh" => Script(request),
        _ => Program(request),
    });

    /// <summary>Throws unless the ending says what to write.</summary>
    internal static void RequireKnown(string path)
    {
        if (Path.GetExtension(path) is not (".json" or ".csv" or ".svg" or ".sh" or ".cs")) throw OptionException.Invalid($"{path} does not say what to write, expected an ending .json, .csv, .svg, .sh or .cs.", "steer.csv holds what changed, steer.sh does the same again.");
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>In single quotes, in which a shell reads nothing but their end.</summary>
    private static string Shell(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "_-./:=,@+".Contains(c, StringComparison.Ordinal)) ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
