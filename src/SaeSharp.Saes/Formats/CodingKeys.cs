using System.Text.Json;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Saes.Formats;

/// <summary>The keys of a <c>cfg.json</c> that say how a sparse_coding SAE codes. SAELens has no such SAE: the keys are ours.</summary>
internal static class CodingKeys
{
    private static readonly (string Name, CodeMethod Value)[] Methods = [.. Enum.GetValues<CodeMethod>().Select(method => (Name(method), method))];

    public static CodingOptions Read(JsonFields top) => new()
    {
        Method = top.Choice("method", Methods, CodeMethod.Omp), Lambda = top.AmountOrNull("lambda"), LambdaRatio = top.AmountOrNull("lambda_ratio") ?? 0.1, Ridge = top.AmountOrNull("ridge") ?? 0,
        Count = top.NumberOrNull("count"), Residual = top.AmountOrNull("residual") ?? 0, Gap = top.AmountOrNull("gap"), Positive = top.Flag("positive", false),
    };

    public static void Write(Utf8JsonWriter json, CodingOptions? coding)
    {
        if (coding is null) return;
        json.WriteString("method", Name(coding.Method));
        Write(json, "lambda", coding.Lambda);
        json.WriteNumber("lambda_ratio", coding.LambdaRatio);
        json.WriteNumber("ridge", coding.Ridge);
        Write(json, "count", coding.Count);
        json.WriteNumber("residual", coding.Residual);
        Write(json, "gap", coding.Gap);
        json.WriteBoolean("positive", coding.Positive);
    }

    private static string Name(CodeMethod method) => JsonNamingPolicy.KebabCaseLower.ConvertName(method.ToString());

    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
