using System.CommandLine;
using System.Globalization;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Labelling;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae feature SAE N</c></summary>
internal static class FeatureCommand
{
    public static Command Create(Shell shell)
    {
        var postings = new Option<bool>("--postings") { Description = "List every place where the feature fires instead, from an index made with --postings; --skip and --take say which part." };
        var skip = new Option<long>("--skip") { Description = "Places to pass over.", HelpName = "N" };
        var take = new Option<int>("--take") { Description = "Places to list, at most 10,000.", HelpName = "N", DefaultValueFactory = _ => new PostingsRequest { Sae = "", Feature = 0 }.Take };
        var command = shell.Verb<FeatureRequest>("feature", new(["Sae", "Feature"]), (session, request, parsed, cancel) => parsed.GetValue(postings)
            ? session.Show(progress => session.Workspace.Postings(new() { Sae = request.Sae, Feature = request.Feature, Index = request.Index, Skip = parsed.GetValue(skip), Take = parsed.GetValue(take) }, progress, cancel), (result, output) => Print(result, session, output))
            : session.Show(progress => session.Workspace.Feature(request, progress, cancel), (result, output) => Print(result, session, output)));
        foreach (var option in (Option[])[postings, skip, take]) command.Add(option);
        return command;
    }

    private static void Print(PostingsResult result, Session session, TextWriter output)
    {
        output.WriteLine($"feature {result.Feature} of {Visible.Text(result.Sae)}: {Figure.Of(result.Postings.Count)} of the {Figure.Of(result.Fired)} places where it fires, in the order of the corpus");
        var sheet = session.Sheet(">document", ">window", ">position", ">value", "token");
        foreach (var place in result.Postings) sheet.Add($"{place.Document}", $"{place.Window}", $"{place.Position}", Figure.Of(place.Value), place.Text);
        sheet.Write(output);
    }

    private static void Print(FeatureResult result, Session session, TextWriter output)
    {
        output.WriteLine($"feature {result.Feature} of {Visible.Text(result.Sae)} at {Visible.Text(result.Index.Hook)}{(result.Bookmarked ? ", bookmarked" : "")}");
        foreach (var label in result.Labels) output.WriteLine($"called \"{Visible.Text(label.Text)}\" ({label.Origin switch { LabelOrigin.Human => "by a person", LabelOrigin.GroundTruth => "ground truth", _ => "by a model" }})");
        if (result.Note is { } note) output.WriteLine(Visible.Lines(note));
        output.WriteLine($"fires on {Figure.Of(result.Fired)} of {Figure.Of(result.Tokens)} tokens ({Figure.Share(result.Density)}); where it fires: mean {Figure.Of(result.Mean)}, std {Figure.Of(result.Std)}, max {Figure.Of(result.Max)}");
        output.WriteLine($"decoder row of length {Figure.Of(result.DecoderNorm)}; cosine of encoder and decoder {Figure.Of(result.EncoderDecoderCosine)}");
        if (result.Reason is { } reason) output.WriteLine(reason);
        else output.WriteLine($"quantiles of its values  {string.Join("  ", result.Quantiles.Select(quantile => $"{Figure.Share(quantile.Q)} {Figure.Of(quantile.Value)}"))}; skewness {Figure.Of(result.Skew)}");

        output.WriteLine();
        output.WriteLine("Strongest examples, one for each text; the token in » « has the value");
        var examples = session.Sheet(">value", "document", "text");
        foreach (var example in result.TopExamples) examples.Add(Figure.Of(example.Value), $"{example.Document}@{example.Position}", Context(example));
        examples.Write(output);
        foreach (var interval in result.Intervals)
        {
            output.WriteLine();
            output.WriteLine($"Interval {Figure.Of(interval.Low)} to {Figure.Of(interval.High)}: {Figure.Of(interval.Count)} tokens, {Figure.Share(interval.Share)} of its firings");
            foreach (var example in interval.Examples) output.WriteLine($"  {Figure.Of(example.Value),8}  {Context(example)}");
        }

        if (result.NearMisses.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("Look-alikes on which it does not fire");
            foreach (var example in result.NearMisses) output.WriteLine($"            {Context(example)}");
        }

        output.WriteLine();
        output.WriteLine("Tokens it fires on most");
        var tokens = session.Sheet("token", ">fires", ">of", ">mean");
        foreach (var token in result.TopTokens) tokens.Add(token.Text, Figure.Of(token.Fired), Figure.Of(token.Occurrences), Figure.Of(token.Mean));
        tokens.Write(output);

        output.WriteLine();
        output.WriteLine("Direct effect on the logits, without the final norm (later layers are not in it)");
        if (result.Logits.Reason is { } why) output.WriteLine(why);
        output.WriteLine($"  up    {Effects(result.Logits.Positive)}");
        output.WriteLine($"  down  {Effects(result.Logits.Negative)}");
        if (result.Logits.Histogram is { } histogram)
            output.WriteLine($"  all {Figure.Of(histogram.Counts.Sum())} tokens: {Figure.Of(histogram.Low)} to {Figure.Of(histogram.High)}, mean {Figure.Of(histogram.Mean)}, std {Figure.Of(histogram.Std)}, skewness {Figure.Of(histogram.Skew)}");
        Print(result.Attribution, output);
        output.WriteLine();
        output.WriteLine("Most similar decoder rows");
        output.WriteLine($"  {string.Join("  ", result.Neighbours.Select(near => $"{near.Feature} ({near.Cosine.ToString("F3", CultureInfo.InvariantCulture)})"))}");
        if (result.CoFiring.Count == 0) return;
        output.WriteLine();
        output.WriteLine("Most correlated values, over all tokens");
        output.WriteLine($"  {string.Join("  ", result.CoFiring.Select(other => $"{other.Feature} ({other.Correlation.ToString("F3", CultureInfo.InvariantCulture)})"))}");
    }

    private static void Print(Attribution attribution, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"The decoder row at {Visible.Text(attribution.Hook)}, by the weights alone");
        output.WriteLine($"  coordinates (share of the sum of sizes)  {string.Join("  ", attribution.Coordinates.Select(one => $"{one.Index} {Figure.Signed(one.Value)} ({Figure.Share(one.ShareOfL1)})"))}");
        if (attribution.Neurons.Count > 0)
            output.WriteLine($"  neurons (cosine), of {Figure.Of(attribution.NeuronsCompared)}  {string.Join("  ", attribution.Neurons.Select(one => $"{one.Layer}.{(one.Expert is null ? "" : $"{one.Expert}.")}{one.Neuron} ({one.Cosine.ToString("F3", CultureInfo.InvariantCulture)})"))}");
        if (attribution.Heads.Count > 0)
            output.WriteLine($"  heads (share of the squared length; of a random row), of {Figure.Of(attribution.HeadsCompared)}  {string.Join("  ", attribution.Heads.Select(one => $"{one.Layer}.{one.Head} ({Figure.Share(one.Share)}; {Figure.Share(one.Chance)})"))}");
        if (attribution.Reason is { } reason) output.WriteLine($"  {reason}");
    }

    private static string Effects(IReadOnlyList<TokenEffect> effects) => string.Join("  ", effects.Select(effect => $"{Visible.Text(effect.Text)} {Figure.Of(effect.Value)}"));

    private static string Context(Example example) => string.Concat(example.Tokens.Select((token, i) => i == example.At ? $"»{Visible.Text(token.Text)}«" : Visible.Text(token.Text)));
}
