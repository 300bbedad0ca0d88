using System.Text;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Rendering;

/// <summary>Puts texts together, and keeps who wrote which part.</summary>
internal sealed class TextBuilder(RenderingRun run)
{
    private readonly StringBuilder _text = new();
    private readonly List<int> _flips = [];

    public int Length => _text.Length;

    /// <summary>Adds text of the template.</summary>
    public TextBuilder Append(string text)
    {
        run.Make(text.Length);
        _text.Append(text);
        return this;
    }

    public TextBuilder Append(TextValue text)
    {
        var start = _text.Length;
        Append(text.Text);
        for (var i = 0; i < text.Provenance.Count; i++)
        {
            var (from, to) = text.Provenance[i];
            if (_flips.Count > 0 && _flips[^1] == start + from) _flips[^1] = start + to;
            else
            {
                _flips.Add(start + from);
                _flips.Add(start + to);
            }
        }
        return this;
    }

    public TextValue Build(bool isMarkup = false) => new(_text.ToString(), Provenance.Of(_flips), isMarkup);
}
