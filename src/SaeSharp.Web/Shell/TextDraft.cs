using SaeSharp.Lab;

namespace SaeSharp.Web.Shell;

/// <summary>Texts while a model writes them.</summary>
/// <param name="changed">Told when there is more.</param>
public sealed class TextDraft(Action changed)
{
    private IProgress<Progress>? _run;

    /// <summary>The texts so far; null where nothing is being written.</summary>
    public IReadOnlyList<string>? Texts { get; private set; }

    /// <summary>Whether more is to come.</summary>
    public bool IsWriting => _run is not null;

    /// <summary>Begins a run, whose reports go here; those of an older run, or behind the end of this one, are dropped.</summary>
    public IProgress<Progress> Begin()
    {
        Progress<Progress>? mine = null;
        _run = mine = new(step =>
        {
            if (_run != mine || step.Texts is null) return;
            Texts = step.Texts;
            changed();
        });
        Texts = null;
        return mine;
    }

    /// <summary>Nothing more comes of a run: what was written stays where it was stopped, and goes where the whole is there now.</summary>
    public void End(IProgress<Progress> run, bool finished)
    {
        if (_run != run) return;
        _run = null;
        if (finished) Texts = null;
    }
}
