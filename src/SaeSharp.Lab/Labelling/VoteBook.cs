using SaeSharp.Lab.Labelling.Storage;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Labelling;

/// <summary>Votes on names of features, one a person and name.</summary>
internal sealed class VoteBook(PeopleDatabase people)
{
    /// <summary>Whose vote it is: who runs this program, and where, since people share a server and not a machine.</summary>
    private static readonly string Voter = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>The same names with their votes.</summary>
    public IReadOnlyList<FeatureLabel> Counted(LoadedSae sae, int feature, IReadOnlyList<FeatureLabel> labels)
    {
        if (labels.Count == 0) return labels;
        var votes = people.Read([], statements => statements.Rows("SELECT label, vote, voter FROM votes WHERE weights = @weights AND feature = @feature",
            row => (Label: row.GetString(0), Vote: (Vote)row.GetInt32(1), Voter: row.GetString(2)), ("@weights", sae.WeightsSha256), ("@feature", feature)));
        return [.. labels.Select(label => label with
        {
            Up = votes.Count(vote => vote.Label == label.Text && vote.Vote == Vote.Up), Down = votes.Count(vote => vote.Label == label.Text && vote.Vote == Vote.Down),
            Own = votes.FirstOrDefault(vote => vote.Label == label.Text && vote.Voter == Voter).Vote,
        })];
    }

    /// <summary>Casts a vote, changes it, or takes it back.</summary>
    /// <param name="sae">The SAE.</param>
    /// <param name="feature">Its feature.</param>
    /// <param name="label">The name voted on.</param>
    /// <param name="vote">The vote.</param>
    /// <param name="voter">Whose it is; null for who runs this program.</param>
    public void Cast(LoadedSae sae, int feature, string label, Vote vote, string? voter = null) => people.Write(statements => vote == Vote.None
        ? statements.Do("DELETE FROM votes WHERE weights = @weights AND feature = @feature AND label = @label AND voter = @voter",
            ("@weights", sae.WeightsSha256), ("@feature", feature), ("@label", label), ("@voter", voter ?? Voter))
        : statements.Do(
            """
            INSERT INTO votes (weights, feature, label, voter, vote, changed) VALUES (@weights, @feature, @label, @voter, @vote, @now)
            ON CONFLICT (weights, feature, label, voter) DO UPDATE SET vote = excluded.vote, changed = excluded.changed
            """,
            ("@weights", sae.WeightsSha256), ("@feature", feature), ("@label", label), ("@voter", voter ?? Voter), ("@vote", (int)vote), ("@now", PeopleDatabase.Now)));
}
