using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Demo.World.Words;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary>What agrees with the subject and stands in the text's tense: a verb (<c>#v</c>), <c>&lt;be&gt;</c>, or <c>&lt;aux&gt;</c> before 'not'.</summary>
/// <param name="verb">The verb; null for <c>&lt;be&gt;</c> and <c>&lt;aux&gt;</c>.</param>
/// <param name="words">Words of <c>&lt;be&gt;</c> or <c>&lt;aux&gt;</c> by tense (past, present) and subject (third, plural, first).</param>
/// <param name="will">The word 'will', and 'be' behind it; −1 for none.</param>
/// <param name="tense">The variable, with the values past, present and future.</param>
internal sealed class Agreement(Node? verb, int[,]? words, (int Will, int Be) will, StateVariable tense) : Node
{
    private const int Past = 0, Future = 2;

    public override void Write(Pen pen)
    {
        if (pen.SubjectConcept >= 0) pen.Close(pen.SubjectConcept);
        pen.SubjectConcept = -1;
        var (time, form) = (pen.Resolve(tense), pen.Form);
        if (time == Future) pen.Emit(will.Will);
        if (verb is null && time == Future && will.Be >= 0) pen.Emit(will.Be);
        if (verb is null && time != Future) pen.Emit(words![time, (int)pen.Subject]);
        if (verb is null) return;
        pen.Form = time == Past ? WordForm.Past : time == Future || pen.Subject != Subject.Third ? WordForm.Base : WordForm.Second;
        verb.Write(pen);
        pen.Form = form;
    }
}
