using System.Runtime.CompilerServices;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Rendering;

/// <summary>One rendering: where its text goes, and how much work it may still do.</summary>
/// <param name="inputLength">UTF-16 units of template and conversation: what the limits grow with.</param>
/// <param name="clock">What time a template is told it is.</param>
internal sealed class RenderingRun(long inputLength, TimeProvider clock)
{
    private const int MaxDepth = 400;
    private const long FreeSteps = 2L << 20, StepsPerUnit = 256;
    private const long FreeUnits = 8L << 20, UnitsPerUnit = 256;

    private readonly long _maxSteps = FreeSteps + StepsPerUnit * inputLength;
    private readonly long _maxUnits = FreeUnits + UnitsPerUnit * inputLength;
    private long _units;
    private int _depth;

    public TimeProvider Clock => clock;

    /// <summary>Where printed text goes now.</summary>
    public TextBuilder Output { get; private set; } = null!;

    /// <summary>How many parts of the template were worked through.</summary>
    public long Steps { get; private set; }

    /// <summary>Begins a step inside the present one.</summary>
    public void Enter()
    {
        Step(1);
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw ChatTemplateException.TooMuch($"goes deeper than {MaxDepth} levels");
    }

    public void Leave() => _depth--;

    /// <summary>Counts <paramref name="steps"/> more.</summary>
    public void Step(long steps)
    {
        Steps += steps;
        if (Steps > _maxSteps) throw ChatTemplateException.TooMuch($"takes more than {_maxSteps} steps");
    }

    /// <summary>Counts what it takes to look for <paramref name="wanted"/> units of text among <paramref name="length"/>, where every place may seem right for long.</summary>
    public void Search(int length, int wanted) => Step(length / 64 + (long)length * (wanted / 1024));

    /// <summary>Counts text or list places that are about to be made, before memory is taken for them.</summary>
    public void Make(long units)
    {
        _units = units < 0 || units > _maxUnits ? long.MaxValue : _units + units;
        if (_units > _maxUnits) throw ChatTemplateException.TooMuch($"makes more than {_maxUnits} characters of text");
    }

    /// <summary>What <paramref name="print"/> prints, as a text of its own.</summary>
    public TextValue Capture(Action print)
    {
        var outside = Output;
        Output = new(this);
        print();
        var text = Output.Build();
        Output = outside;
        return text;
    }
}
