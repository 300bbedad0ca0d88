using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae activations MODEL --text T --hook H --out F</c></summary>
internal static class ActivationsCommand
{
    public static Command Create(Shell shell) => shell.Verb<ActivationsRequest>("activations", new(["Model"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Activations(request, progress, cancel), (result, output) =>
        {
            output.WriteLine(result.Store is { } store
                ? $"{Visible.Text(result.Out)}: {Figure.Of(result.Tokens)} tokens of {Figure.Of(result.Prompts)} documents in {store.Shards} shards, {Figure.Of(store.Bytes / (double)(1 << 20))} MiB{(store.Kept > 0 ? $"; {store.Kept} shards were there already" : "")}"
                : $"{Visible.Text(result.Out)}: {Figure.Of(result.Tokens)} tokens of {result.Prompts} prompts");
            var sheet = session.Sheet("tensor", "shape");
            foreach (var tensor in result.Tensors) sheet.Add(tensor.Name, $"[{string.Join(", ", tensor.Shape)}]");
            sheet.Write(output);
            foreach (var hook in result.Store?.Hooks ?? [])
                if (hook.Codes is { } codes)
                    output.WriteLine($"{hook.Name} as codes of {Visible.Text(codes.Coder)}{(codes.ResidualBits > 0 ? $" and {codes.ResidualBits} bits a number of what they leave" : "")}: {Figure.Of(codes.BitsPerToken)} bits a token, {Figure.Of(codes.Ratio)} times smaller than f32; FVU {Figure.Of(codes.Fvu)}, CE {Figure.Of(codes.CeStored)} nats in place of {Figure.Of(codes.CeOriginal)}");
        }));
}
