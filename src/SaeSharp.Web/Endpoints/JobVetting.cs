using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using SaeSharp.Lab;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Jobs;
using SaeSharp.Lab.Training;

namespace SaeSharp.Web.Endpoints;

/// <summary>What a server takes as a job: what the workspace lists, under bounds within which no request can exhaust the machine. The command line takes more.</summary>
internal static partial class JobVetting
{
    private const int MostSaes = 64, MostKept = 1000, MostBatch = 1 << 16, LongestName = 200;

    /// <summary>The request with its texts found.</summary>
    /// <exception cref="BadHttpRequestException">The workspace does not list what it names, or it asks for too much.</exception>
    public static JobRequest Vetted(JobRequest request, Contents contents, IEnumerable<JobRequest> pending)
    {
        switch (request)
        {
            case TrainJob { Request: var train } job:
                contents.RequireListed(LocalFiles.Refuse(train).Model, []);
                RequireFew(train);
                RequireNewName(train.Out, contents, pending);
                return job with { Request = train with { Corpus = Found(train.Corpus, contents), Resume = false } };
            case IndexJob { Request: var index } job:
                contents.RequireListed(index.Model, index.Sae);
                RequireFew(index);
                return job with { Request = index with { Corpus = Found(index.Corpus, contents) } };
            case EvalJob { Request: var eval } job:
                contents.RequireListed(eval.Model, [eval.Sae]);
                AtMost(nameof(eval.Batch), eval.Batch, MostBatch);
                return job with { Request = eval with { Corpus = Found(eval.Corpus, contents) } };
            case ContrastJob { Request: var contrast }:
                ContrastEndpoints.Require(LocalFiles.Refuse(contrast), contents);
                return request;
            case SweepJob { Request: var sweep }:
                SteerEndpoints.Require(LocalFiles.Refuse(sweep), contents);
                return request;
            default: throw new ArgumentException($"{request.GetType().Name} has no rules here: add them.", nameof(request));
        }
    }

    private static CorpusOptions Found(CorpusOptions corpus, Contents contents) => LocalFiles.Refuse(corpus).Texts is { } texts && contents.Texts.Contains(texts)
        ? corpus with { Texts = Path.GetFullPath(Path.Combine(contents.Home, texts)) }
        : throw new BadHttpRequestException($"The workspace has no texts '{corpus.Texts}'; it has {Api.Listed(contents.Texts)}. Files in its folder texts/ are listed.");

    /// <summary>What a server trains is a new SAE under a plain name: it writes over none, and nowhere else.</summary>
    private static void RequireNewName(string? name, Contents contents, IEnumerable<JobRequest> pending)
    {
        if (name is null) throw new BadHttpRequestException("out is missing, expected a name for the SAE, such as mine/topk.");
        if (name.Length > LongestName || !PlainName().IsMatch(name)) throw new BadHttpRequestException("out is no plain name, expected letters, digits, dots, dashes and underscores, in parts with a slash between them, such as mine/topk.");
        if (contents.Saes.Select(sae => sae.Name).Concat(contents.Broken.Select(sae => sae.Name)).Any(other => other == name || other.StartsWith(name + "/", StringComparison.Ordinal)))
            throw new BadHttpRequestException($"There is an SAE '{name}' already; choose another name for out.");
        if (pending.Any(other => other is TrainJob train && train.Request.Out == name))
            throw new BadHttpRequestException($"Another job trains '{name}'; choose another name for out.");
    }

    private static void RequireFew(TrainRequest train)
    {
        var saes = new[] { train.Hooks.Count, train.Arch.Count, train.DSae.Count, train.K.Count, train.TargetL0.Count, train.Penalty.Count, train.Lr.Count, train.Seed.Count }.Aggregate(1.0, (product, count) => product * Math.Max(1, count));
        if (saes > MostSaes) throw new BadHttpRequestException($"The request asks for {saes:0} SAEs, expected at most {MostSaes} at once.");
        AtMost(nameof(train.Batch), train.Batch, MostBatch);
        AtMost(nameof(train.Widths), train.Widths.Count, MostSaes);
        AtMost(nameof(train.HookOut), train.HookOut.Count, MostSaes);
    }

    private static void RequireFew(IndexRequest index)
    {
        AtMost(nameof(index.Batch), index.Batch, MostBatch);
        AtMost(nameof(index.Top), index.Top, MostKept);
        AtMost(nameof(index.PerInterval), index.PerInterval, MostKept);
        AtMost(nameof(index.NearMisses), index.NearMisses, MostKept);
        AtMost(nameof(index.CoFiring), index.CoFiring, MostKept);
        AtMost(nameof(index.Before), index.Before, MostKept);
        AtMost(nameof(index.After), index.After, MostKept);
    }

    private static void AtMost(string field, int value, int most)
    {
        if (value > most) throw new BadHttpRequestException($"{char.ToLowerInvariant(field[0])}{field[1..]} is {value}, expected at most {most}.");
    }

    [GeneratedRegex("^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?(/[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?)*\\z")]
    private static partial Regex PlainName();
}
