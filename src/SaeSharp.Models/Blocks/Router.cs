using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>Chooses the experts of each row.</summary>
internal abstract class Router
{
    /// <summary>The router of a layer, as its spec says.</summary>
    public static Router Of(ModelWeights weights, HookList hooks, Mlp.Experts mlp, string name, int dModel) =>
        mlp.Groups is { } groups ? new GroupedRouter(weights, hooks, mlp, groups, name, dModel) : new SoftmaxRouter(weights, hooks, mlp, name, dModel);

    /// <summary>[rows, dModel] → the experts of each row and their weights. Null where the run ended on the way.</summary>
    public abstract ExpertChoice? Choose(Pass pass, Tensor x);
}
