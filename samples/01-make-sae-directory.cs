#!/usr/bin/env dotnet
#:project ../src/SaeSharp.Numerics/SaeSharp.Numerics.csproj

// Packs tables of public SAEs and model names (releases.tsv, saes.tsv, model-aliases.tsv) into the directory that the program carries.
// The same bytes from the same tables.   Run: dotnet samples/01-make-sae-directory.cs FOLDER [FILE]

using System.IO.Compression;
using System.Text;
using System.Text.Json;
using SaeSharp.Numerics.Files;

var folder = args.Length > 0 ? args[0] : throw new ArgumentException("Name the folder with the tables.");
var target = args.Length > 1 ? args[1] : Path.Combine("src", "SaeSharp.Lab", "Releases", "sae-directory.br");

var releases = Rows("releases.tsv");
var saes = Rows("saes.tsv").GroupBy(row => row["release"]).ToDictionary(group => group.Key, group => group.ToList());
var aliases = Rows("model-aliases.tsv");

// A release's line, then one line for each of its SAEs; a repeated field is left empty. Sorted as in the tables, which is by release and layer.
var text = new StringBuilder("sae-directory 1\n");
foreach (var release in releases)
{
    var overrides = release["config_overrides"].Length == 0 ? "" : JsonDocument.Parse(release["config_overrides"]).RootElement.GetRawText();
    Line("r", release["release"], release["repo_id"], release["model"], release["loader"], overrides);
    foreach (var sae in saes.GetValueOrDefault(release["release"], []))
        Line("s", sae["id"], sae["path"], sae["l0"], sae["variance_explained"], sae["neuronpedia"], sae["norm_scaling_factor"]);
}
foreach (var alias in aliases) Line("m", alias["alias"], alias["repo_id"]);

AtomicFile.Write(target, stream =>
{
    using var packed = new BrotliStream(stream, new BrotliCompressionOptions { Quality = 11 }, leaveOpen: true);
    packed.Write(Encoding.UTF8.GetBytes(text.ToString()));
});
Console.WriteLine($"{target}: {releases.Count} releases, {saes.Values.Sum(list => list.Count)} SAEs, {aliases.Count} names of models, {new FileInfo(target).Length} bytes");

void Line(params ReadOnlySpan<string> fields)
{
    foreach (var field in fields)
        if (field.AsSpan().IndexOfAny('\t', '\n', '\r') >= 0) throw new InvalidDataException($"A field holds a tab or a line end: {field}");
    text.Append(string.Join('\t', fields!)).Append('\n');
}

// Tab-separated with a header; a field in quotes has its quotes doubled.
List<Dictionary<string, string>> Rows(string name)
{
    var lines = File.ReadAllLines(Path.Combine(folder, name));
    var header = lines[0].Split('\t');
    return [.. lines.Skip(1).Where(line => line.Length > 0).Select(line =>
    {
        var fields = line.Split('\t');
        if (fields.Length != header.Length) throw new InvalidDataException($"{name}: {fields.Length} fields, expected {header.Length}: {line}");
        return header.Zip(fields, (key, field) => (key, field.Length > 1 && field[0] == '"' ? field[1..^1].Replace("\"\"", "\"") : field)).ToDictionary(pair => pair.key, pair => pair.Item2);
    })];
}
