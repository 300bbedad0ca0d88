#!/usr/bin/env dotnet
#:project ../src/SaeSharp.Numerics/SaeSharp.Numerics.csproj

// Makes samples/tiny: simple English from a small grammar, a byte-level BPE tokenizer trained on it, and a Llama-style model with random
// weights. The same bytes every time.   Run: dotnet samples/00-make-tiny-model.cs [FOLDER]

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

const int Layers = 3, DModel = 64, Heads = 4, KeyValueHeads = 2, DHead = DModel / Heads, DMlp = 160, DVocab = 512, Positions = 512;
const int TextLength = 90_000;

var folder = args.Length > 0 ? args[0] : Path.Combine("samples", "tiny");
var model = Path.Combine(folder, "model");
Directory.CreateDirectory(model);

var text = new Storyteller(new Random(1)).Tell(TextLength);
AtomicFile.Write(Path.Combine(folder, "texts.txt"), text);
var (vocabulary, merges) = BytePairs.Train(text, DVocab);
AtomicFile.Write(Path.Combine(model, "tokenizer.json"), Json(json => BytePairs.WriteTokenizer(json, vocabulary, merges)));
AtomicFile.Write(Path.Combine(model, "tokenizer_config.json"), Json(WriteTokenizerConfig));
AtomicFile.Write(Path.Combine(model, "config.json"), Json(WriteConfig));
SafetensorsWriter.Write(Path.Combine(model, "model.safetensors"), RandomWeights(new Random(2)), new Dictionary<string, string> { ["format"] = "pt", ["note"] = "random weights" });
Console.WriteLine($"{folder}: {text.Length} characters, {vocabulary.Count} tokens");

// Embeddings have variance 1 and what a layer adds stays of that size, so that every layer mixes the token with its context.
static IEnumerable<(string, Tensor)> RandomWeights(Random random)
{
    yield return ("model.embed_tokens.weight", Normal(1, DVocab, DModel));                                     // [dVocab, dModel]
    for (var i = 0; i < Layers; i++)
    {
        var layer = $"model.layers.{i}";
        yield return ($"{layer}.input_layernorm.weight", Gains());                                             // [dModel]
        yield return ($"{layer}.self_attn.q_proj.weight", Projection(1.5, Heads * DHead, DModel));             // [heads·dHead, dModel]
        yield return ($"{layer}.self_attn.k_proj.weight", Projection(1.5, KeyValueHeads * DHead, DModel));     // [kvHeads·dHead, dModel]
        yield return ($"{layer}.self_attn.v_proj.weight", Projection(1.5, KeyValueHeads * DHead, DModel));     // [kvHeads·dHead, dModel]
        yield return ($"{layer}.self_attn.o_proj.weight", Projection(0.75, DModel, Heads * DHead));            // [dModel, heads·dHead]
        yield return ($"{layer}.post_attention_layernorm.weight", Gains());                                    // [dModel]
        yield return ($"{layer}.mlp.gate_proj.weight", Projection(1.5, DMlp, DModel));                         // [dMlp, dModel]
        yield return ($"{layer}.mlp.up_proj.weight", Projection(1.5, DMlp, DModel));                           // [dMlp, dModel]
        yield return ($"{layer}.mlp.down_proj.weight", Projection(0.75, DModel, DMlp));                        // [dModel, dMlp]
    }
    yield return ("model.norm.weight", Gains());                                                               // [dModel]
    yield return ("lm_head.weight", Projection(1.5, DVocab, DModel));                                          // [dVocab, dModel]

    Tensor Projection(double scale, int rows, int fanIn) => Normal(scale / Math.Sqrt(fanIn), rows, fanIn);

    Tensor Gains()
    {
        var gains = Normal(0.1, DModel);
        foreach (ref var gain in gains.Span<float>()) gain += 1;
        return gains;
    }

    // Twelve uniform numbers sum to a nearly normal one with additions only: the same bits on every machine, which a logarithm does not promise.
    Tensor Normal(double deviation, params int[] shape)
    {
        var tensor = Tensor.Zeros(DType.F32, shape);
        foreach (ref var value in tensor.Span<float>())
        {
            var sum = -6.0;
            for (var i = 0; i < 12; i++) sum += random.NextDouble();
            value = (float)(sum * deviation);
        }
        return tensor;
    }
}

static void WriteConfig(Utf8JsonWriter json)
{
    json.WriteStartArray("architectures");
    json.WriteStringValue("LlamaForCausalLM");
    json.WriteEndArray();
    json.WriteString("model_type", "llama");
    (string, int)[] counts =
    [
        ("vocab_size", DVocab), ("hidden_size", DModel), ("intermediate_size", DMlp), ("num_hidden_layers", Layers), ("num_attention_heads", Heads),
        ("num_key_value_heads", KeyValueHeads), ("head_dim", DHead), ("max_position_embeddings", Positions), ("bos_token_id", 0), ("eos_token_id", 0),
    ];
    foreach (var (key, count) in counts) json.WriteNumber(key, count);
    foreach (var off in new[] { "attention_bias", "mlp_bias", "tie_word_embeddings" }) json.WriteBoolean(off, false);
    json.WriteString("hidden_act", "silu");
    json.WriteNumber("rms_norm_eps", 1e-5);
    json.WriteNumber("rope_theta", 10000);
    json.WriteNull("rope_scaling");
    json.WriteString("torch_dtype", "float32");
}

static void WriteTokenizerConfig(Utf8JsonWriter json)
{
    json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
    json.WriteString("bos_token", BytePairs.Special);
    json.WriteString("eos_token", BytePairs.Special);
    json.WriteNumber("model_max_length", Positions);
}

static string Json(Action<Utf8JsonWriter> write)
{
    using var buffer = new MemoryStream();
    using (var json = new Utf8JsonWriter(buffer, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
    {
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
    }
    return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
}

/// <summary>Byte pair encoding over bytes, as GPT-2 has it: the commonest pair becomes a token, again and again.</summary>
internal static class BytePairs
{
    public const string Special = "<|endoftext|>";

    /// <summary>Where text is cut before pairs are counted: words with the space before them, numbers, signs, white space.</summary>
    private static readonly Regex Words = new(@"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");

    public static (List<string> Vocabulary, List<(string Left, string Right)> Merges) Train(string text, int size)
    {
        var letters = ByteLetters();
        List<string> vocabulary = [Special, .. letters.Order(StringComparer.Ordinal)];
        List<(string, string)> merges = [];
        List<(string[] Parts, int Count)> words = [.. Words.Matches(text).CountBy(match => match.Value)
            .Select(word => (Encoding.UTF8.GetBytes(word.Key).Select(value => letters[value]).ToArray(), word.Value))];
        while (vocabulary.Count < size)
        {
            var counts = new Dictionary<(string Left, string Right), int>();
            foreach (var (parts, count) in words)
                for (var i = 1; i < parts.Length; i++)
                    counts[(parts[i - 1], parts[i])] = counts.GetValueOrDefault((parts[i - 1], parts[i])) + count;
            var best = counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.Left, StringComparer.Ordinal).ThenBy(pair => pair.Key.Right, StringComparer.Ordinal).First().Key;
            merges.Add(best);
            if (!vocabulary.Contains(best.Left + best.Right)) vocabulary.Add(best.Left + best.Right); // two ways to one token
            words = [.. words.Select(word => (Merge(word.Parts, best), word.Count))];
        }
        return (vocabulary, merges);
    }

    private static string[] Merge(string[] parts, (string Left, string Right) pair)
    {
        List<string> merged = [];
        for (var i = 0; i < parts.Length; i++)
        {
            if (i + 1 < parts.Length && parts[i] == pair.Left && parts[i + 1] == pair.Right) merged.Add(parts[i] + parts[++i]);
            else merged.Add(parts[i]);
        }
        return [.. merged];
    }

    /// <summary>A visible character for every byte: printable Latin-1 stands for itself, the others follow from U+0100 on.</summary>
    private static string[] ByteLetters()
    {
        var letters = new string[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
            letters[value] = ((char)(value is > 32 and < 127 or > 160 and not 173 ? value : next++)).ToString();
        return letters;
    }

    public static void WriteTokenizer(Utf8JsonWriter json, List<string> vocabulary, List<(string Left, string Right)> merges)
    {
        const string ByteLevel = """{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}""";
        Raw("version", "\"1.0\"");
        foreach (var unset in new[] { "truncation", "padding", "normalizer" }) Raw(unset, "null");
        Raw("added_tokens", """[{"id": 0, "content": "<|endoftext|>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}]""");
        Raw("pre_tokenizer", ByteLevel);
        Raw("post_processor", """
            {"type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [{"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>", "ids": [0], "tokens": ["<|endoftext|>"]}}}
            """);
        Raw("decoder", ByteLevel);
        json.WriteStartObject("model");
        Raw("type", "\"BPE\"");
        foreach (var unset in new[] { "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix" }) Raw(unset, "null");
        foreach (var off in new[] { "fuse_unk", "byte_fallback", "ignore_merges" }) Raw(off, "false");
        json.WriteStartObject("vocab");
        for (var id = 0; id < vocabulary.Count; id++) json.WriteNumber(vocabulary[id], id);
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right) in merges) json.WriteStringValue($"{left} {right}");
        json.WriteEndArray();
        json.WriteEndObject();

        void Raw(string key, string value)
        {
            json.WritePropertyName(key);
            json.WriteRawValue(value);
        }
    }
}

/// <summary>Writes documents from templates. A slot <c>{list}</c> takes any word of a list; <c>{x=list}</c> takes one and keeps it as <c>{x}</c> for the document.</summary>
internal sealed class Storyteller(Random random)
{
    private static readonly Dictionary<string, string[]> Lists = new()
    {
        ["name"] = ["Ada", "Ben", "Clara", "Dan", "Ella", "Finn", "Grace", "Hugo", "Iris", "Jack", "Lily", "Max", "Nora", "Omar", "Rosa", "Tom"],
        ["animal"] = ["cat", "dog", "fox", "hen", "goat", "mouse", "owl", "rabbit", "bear", "duck", "frog", "horse", "bird", "sheep", "pig", "otter"],
        ["sound"] = ["meow", "woof", "quack", "moo", "squeak", "hoot"],
        ["size"] = ["small", "big", "tiny", "huge", "long", "short", "round", "old", "young", "thin"],
        ["mood"] = ["happy", "sad", "angry", "tired", "proud", "afraid", "calm", "curious", "hungry", "brave"],
        ["colour"] = ["red", "blue", "green", "yellow", "white", "black", "brown", "grey", "orange", "pink"],
        ["place"] = ["garden", "forest", "river", "kitchen", "barn", "village", "school", "hill", "lake", "market", "beach", "field"],
        ["thing"] = ["ball", "hat", "box", "lamp", "key", "stone", "kite", "book", "cup", "boat", "bell", "coat", "drum", "map"],
        ["food"] = ["apple", "carrot", "cake", "bread", "soup", "cheese", "pie", "egg", "rice", "pear", "bean", "onion"],
        ["liquid"] = ["water", "milk", "oil", "honey", "juice", "tea"],
        ["weather"] = ["rain", "snow", "wind", "fog", "sun", "thunder", "frost", "hail"],
        ["when"] = ["In the morning", "At noon", "In the evening", "At night", "Later", "Then", "After lunch", "Before dawn", "Soon"],
        ["day"] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        ["season"] = ["spring", "summer", "autumn", "winter"],
        ["number"] = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty"],
        ["digit"] = ["2", "3", "4", "5", "6", "7", "8", "9", "10", "15", "20", "45"],
        ["moved"] = ["ran", "walked", "jumped", "crept", "flew", "swam", "hurried", "rolled"],
        ["said"] = ["said", "asked", "whispered", "shouted", "sang"],
        ["took"] = ["found", "lost", "carried", "hid", "dropped", "painted", "shared", "wanted", "bought"],
        ["story"] =
        [
            "{when} {who} {moved} to the {place}.", "{who} {took} a {colour} {thing}.", "The {beast} was very {mood}.", "\"{sound}, {sound}!\" {said} the {beast}.",
            "There was a {size} {thing} under the {colour} {thing}.", "{who} gave the {beast} a {size} {food}.", "The {beast} {moved} over the {place} and {moved} home.",
            "{who} was {mood}, because the {weather} did not stop.", "{when} they saw {number} {animal}s near the {place}.", "\"Where is my {thing}?\" {said} {who}.",
            "\"Do not be {mood},\" {said} the {size} {animal}.", "The {animal} and the {beast} were friends.",
        ],
        ["sky"] =
        [
            "{day} brings {weather} and {weather}.", "The wind blows from the {side}.", "It will be {digit} degrees at the {place}.", "{when} the {weather} turns into {weather}.",
            "Take a {colour} coat with you.", "The {season} was cold and the {weather} was strong.", "There is no {weather} on {day}.", "Clouds are {colour} and {colour} over the {place}.",
        ],
        ["side"] = ["north", "south", "east", "west"],
        ["step"] =
        [
            "Cut the {food} into {number} pieces.", "Add {digit} spoons of {liquid}.", "Mix the {food} with the {liquid}.", "Cook it for {digit} minutes.", "Wash the {food} in cold water.",
            "Put the {food} in a {size} pot.", "Stir slowly until it is {colour}.", "Salt the {food} and taste it.", "Serve it hot with {food} and {liquid}.",
        ],
        ["question"] =
        [
            "Q: What colour is the {x=thing}?\nA: The {x} is {colour}.", "Q: Who {took} the {x=thing}?\nA: It was {name}.", "Q: How many {x=animal}s are in the {y=place}?\nA: There are {number} {x}s in the {y}.",
            "Q: When does {x=name} eat {y=food}?\nA: {x} eats {y} on {day}.", "Q: Why is the {x=animal} {y=mood}?\nA: It is {y} because of the {weather}.", "Q: Is the {x=food} {colour}?\nA: No, the {x} is {colour}.",
        ],
    };

    /// <summary>Documents of all kinds in turn, parted by blank lines, of about <paramref name="length"/> characters in all.</summary>
    public string Tell(int length)
    {
        var (text, kinds) = (new StringBuilder(), new Func<string>[] { Story, Forecast, Recipe, Counting, Spelling, Questions, Letter });
        for (var i = 0; text.Length < length; i++) text.Append(i == 0 ? "" : "\n\n").Append(kinds[i % kinds.Length]());
        return text.Append('\n').ToString();
    }

    private string Story() => Fill("{who=name} had a {size} {colour} {beast=animal}. " + Several("story", " ", 4, 9));
    private string Forecast() => Fill("Weather for {day}: {weather}, later {weather}. " + Several("sky", " ", 3, 6));
    private string Recipe() => Fill("How to make {colour} {x=food} {y=food}\n" + Several("step", "\n", 4, 7) + "\nNow the {x} {y} is ready. {name} likes it.");
    private string Questions() => string.Join('\n', Several("question", "|", 2, 4).Split('|').Select(Fill));

    private string Letter() => Fill("Dear {name},\n" + Several("story", " ", 2, 4).Replace("{beast}", "{animal}", StringComparison.Ordinal).Replace("{who}", "{name}", StringComparison.Ordinal)
        + " The {season} here is {mood} and full of {weather}.\nYours, {name}");

    private string Counting()
    {
        var (start, step, thing) = (random.Next(1, 20), random.Next(1, 6), Pick("animal"));
        var row = string.Join(", ", Enumerable.Range(0, random.Next(5, 10)).Select(i => start + i * step));
        var sums = Enumerable.Range(0, random.Next(2, 5)).Select(_ => (A: random.Next(1, 20), B: random.Next(1, 20))).Select(s => $"{s.A} + {s.B} = {s.A + s.B}.");
        return Fill($"Count the {thing}s: {row}. {string.Join(' ', sums)} {{name}} counted {{number}} {thing}s and {{number}} {{animal}}s.");
    }

    private string Spelling()
    {
        var words = Enumerable.Range(0, random.Next(2, 5)).Select(_ => Pick(random.Next(2) == 0 ? "food" : "thing"));
        return Fill(string.Join(' ', words.Select(word => $"The word {word} is spelled {string.Join('-', word.ToUpperInvariant().ToCharArray())} and has {word.Length} letters."))
            + " After {x=letter} comes another letter, said {name}.");
    }

    /// <summary>So many templates of a list, none twice.</summary>
    private string Several(string list, string separator, int least, int most)
    {
        string[] shuffled = [.. Lists[list]];
        random.Shuffle(shuffled);
        return string.Join(separator, shuffled[..random.Next(least, most + 1)]);
    }

    private string Fill(string template)
    {
        var kept = new Dictionary<string, string>();
        while (Regex.Match(template, @"\{(?:(\w+)=)?(\w+)\}") is { Success: true } slot)
        {
            var list = slot.Groups[2].Value;
            var word = kept.TryGetValue(list, out var known) ? known : list == "letter" ? ((char)('A' + random.Next(25))).ToString() : Pick(list);
            if (slot.Groups[1].Success) kept[slot.Groups[1].Value] = word;
            template = template[..slot.Index] + word + template[(slot.Index + slot.Length)..];
        }
        template = Regex.Replace(template, @"\b([Aa]) (?=[aeiou])", "$1n ").Replace("sheeps", "sheep", StringComparison.Ordinal).Replace("foxs", "foxes", StringComparison.Ordinal).Replace("mouses", "mice", StringComparison.Ordinal);
        return Regex.Replace(template, @"(^|[.?!] |\n|"")[a-z]", start => start.Value.ToUpperInvariant());
    }

    private string Pick(string list) => Lists[list][random.Next(Lists[list].Length)];
}
