using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>k of every step: from <see cref="SelectionOptions.InitialK"/> in a straight line to that of the SAE.</summary>
internal sealed class KSchedule
{
    private readonly double _first;
    private readonly int _steps;

    public KSchedule(StepSetting setting)
    {
        var selection = setting.Options.Selection;
        Last = OptionException.InRange(selection.K ?? setting.Config.K, selection.K is null ? 1 : double.Epsilon, setting.DSae, nameof(SaeConfig.K));
        _first = selection.KSteps > 0 ? OptionException.InRange(selection.InitialK ?? Last, double.Epsilon, setting.DSae, nameof(selection.InitialK)) : Last;
        _steps = selection.KSteps;
    }

    /// <summary>k once the schedule has ended.</summary>
    public double Last { get; }

    /// <summary>The largest k of any step.</summary>
    public double Largest => Math.Max(_first, Last);

    /// <summary>Of step t, counted from 0.</summary>
    public double At(int step) => step >= _steps ? Last : _first * (1 - (double)step / _steps) + Last * step / _steps;
}
