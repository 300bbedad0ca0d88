using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Training.Layers;

/// <summary>y = x·Wᵀ + b, with W [outputs, inputs].</summary>
internal sealed class TrainedLinear(Parameter weight, Parameter? bias)
{
    /// <summary>[rows, inputs] → [rows, outputs].</summary>
    public void Forward(StepContext context, Tensor x, Tensor y)
    {
        context.Backend.MatMul(x, weight.Value, y, Transpose.B);
        if (bias is not null) context.Backend.AddRow(y, bias.Value, y);
    }

    /// <summary>Adds the parameters' gradients, and writes dx, or adds to it with <paramref name="accumulate"/>; a null dx is not wanted.</summary>
    public void Backward(StepContext context, Tensor x, Tensor dy, Tensor? dx, bool accumulate = false)
    {
        if (context.LearnsParameters)
        {
            context.Backend.MatMul(dy, x, weight.Gradient, Transpose.A, accumulate: true);
            if (bias is not null) context.Backend.AddColumnSums(dy, bias.Gradient);
        }
        if (dx is not null) context.Backend.MatMul(dy, weight.Value, dx, Transpose.None, accumulate);
    }
}
