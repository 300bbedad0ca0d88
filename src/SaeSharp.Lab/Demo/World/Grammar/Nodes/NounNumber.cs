using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Demo.World.Words;

namespace SaeSharp.Lab.Demo.World.Grammar.Nodes;

/// <summary><c>#subject</c> and <c>#any</c>: a noun in the singular or the plural. As a subject it rules the verb, and its number is a state from the noun to the verb.</summary>
internal sealed class NounNumber(Node noun, bool isSubject, int singular, int plural) : Node
{
    private static readonly WeightedChoice Number = new(1, 1);

    public override void Write(Pen pen)
    {
        var (isPlural, form) = (pen.Draw(Number) == 1, pen.Form);
        if (isSubject)
        {
            (pen.Subject, pen.SubjectConcept) = (isPlural ? Subject.Plural : Subject.Third, isPlural ? plural : singular);
            pen.Open(pen.SubjectConcept);
        }
        pen.Form = isPlural ? WordForm.Second : WordForm.Base;
        noun.Write(pen);
        pen.Form = form;
    }
}
