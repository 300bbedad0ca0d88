using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Demo.Texts;

/// <summary>Writes texts of the demo world as JSON lines.</summary>
internal sealed class DemoTexts(DemoTextsRequest request)
{
    private readonly WorldGrammar _grammar = WorldGrammar.Default;
    private readonly Dictionary<string, (long Texts, long Tokens, double LogP)> _kinds = [];

    /// <param name="output">Where the lines go without <see cref="DemoTextsRequest.Out"/>.</param>
    /// <param name="progress">Progress.</param>
    /// <param name="cancel">Stops.</param>
    public DemoTextsResult Write(Stream output, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        _ = OptionException.Positive(request.Tokens, "--tokens");
        _ = OptionException.NotNegative(request.First, "--first");
        if (request.Tokenizer is { } folder)
        {
            Directory.CreateDirectory(folder);
            WorldTokenizer.Write(_grammar.Lexicon, folder, WorldGrammar.Context);
        }
        if (request.Out is { } file) AtomicFile.Write(file, stream => WriteLines(stream, progress, cancel));
        else WriteLines(output, progress, cancel);
        var (tokens, texts) = (_kinds.Values.Sum(kind => kind.Tokens), _kinds.Values.Sum(kind => kind.Texts));
        return new(texts, tokens, -_kinds.Values.Sum(kind => kind.LogP) / (tokens - texts), clock.Elapsed.TotalSeconds,
            [.. _kinds.OrderByDescending(kind => kind.Value.Tokens).Select(kind => new TextKindFigures(kind.Key, kind.Value.Texts, (double)kind.Value.Tokens / tokens, -kind.Value.LogP / (kind.Value.Tokens - kind.Value.Texts)))]);
    }

    private void WriteLines(Stream stream, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var buffer = new BufferedStream(stream, 1 << 16); // not disposed: the stream belongs to the caller
        using var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var (meter, done) = (new ProgressMeter(progress, "writing texts", request.Tokens, "tokens"), 0L);
        foreach (var document in new WorldStream(_grammar, request.Seed, request.HeldOut).Take(request.Tokens, request.First))
        {
            cancel.ThrowIfCancellationRequested();
            WriteLine(document, json);
            json.Flush();
            json.Reset();
            buffer.WriteByte((byte)'\n');
            var kind = _kinds.GetValueOrDefault(document.Kind);
            _kinds[document.Kind] = (kind.Texts + 1, kind.Tokens + document.Ids.Length, kind.LogP + document.LogP.Sum());
            meter.Report(done += document.Ids.Length);
        }
        buffer.Flush();
    }

    private void WriteLine(WorldDocument document, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (request.Line != TextLine.Text)
        {
            json.WriteStartArray("ids");
            foreach (var id in document.Ids) json.WriteNumberValue(id);
            json.WriteEndArray();
        }
        if (request.Line != TextLine.Ids) json.WriteString("text", WorldTokenizer.Text(_grammar.Lexicon, document.Ids));
        if (request.Line == TextLine.All) WriteKnowledge(document, json);
        json.WriteEndObject();
    }

    private void WriteKnowledge(WorldDocument document, Utf8JsonWriter json)
    {
        json.WriteString("kind", document.Kind);
        json.WriteStartArray("heldOut");
        foreach (var flag in Enum.GetValues<HeldOut>())
            if (flag != HeldOut.None && document.HeldOut.HasFlag(flag)) json.WriteStringValue(JsonNamingPolicy.KebabCaseLower.ConvertName(flag.ToString()));
        json.WriteEndArray();
        json.WriteStartArray("logP");
        foreach (var logP in document.LogP) json.WriteNumberValue(logP);
        json.WriteEndArray();
        WriteSpans("concepts", document.Truth, json);
        WriteSpans("unknown", document.Unknown, json);
        if (document.Request is not { } asked) return;
        json.WriteStartObject("request");
        json.WriteString("kind", asked.Kind);
        json.WriteBoolean("harmful", asked.IsHarmful);
        foreach (var (name, position) in asked.Positions) json.WriteNumber(name, position);
        json.WriteBoolean("tail", asked.HasTail);
        json.WriteEndObject();
    }

    /// <summary>Where each concept holds, as [start, end) of token positions.</summary>
    private void WriteSpans(string name, ConceptSet[] sets, Utf8JsonWriter json)
    {
        json.WriteStartObject(name);
        var all = sets.Aggregate(default(ConceptSet), (sum, set) => sum | set);
        foreach (var concept in all.Numbers())
        {
            json.WriteStartArray(_grammar.Concepts.All[concept].Name);
            for (int start = 0, end; start < sets.Length; start = end + 1)
            {
                for (end = start; end < sets.Length && sets[end].Contains(concept); end++) { }
                if (end == start) continue;
                json.WriteStartArray();
                json.WriteNumberValue(start);
                json.WriteNumberValue(end);
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
