namespace SaeSharp.Lab.Indexing;

/// <summary>A row a firing: every place where each feature fires, by feature, then in the order of the corpus. Row groups are small, so that one feature's rows are found without reading the rest.</summary>
internal sealed class PostingTable(ParquetTable table, TokenPlaces places)
{
    private readonly (NumberColumn<int> Feature, NumberColumn<long> Document, NumberColumn<int> Window, NumberColumn<int> Position, NumberColumn<int> Id, NumberColumn<float> Value) _columns =
        (table.Number<int>("feature"), table.Number<long>("document"), table.Number<int>("window"), table.Number<int>("position"), table.Number<int>("id"), table.Number<float>("value"));

    /// <summary>Adds all firings of a feature; full groups are written on the way, however many there are.</summary>
    public async Task Add(int feature, Firings firings)
    {
        for (var i = 0; i < firings.Tokens.Length; i++)
        {
            var token = firings.Tokens[i];
            var (window, position) = (places.WindowOf(token), places.Positions[token]);
            _columns.Feature.Add(feature);
            _columns.Document.Add(places.DocumentOf(window, position));
            _columns.Window.Add(window);
            _columns.Position.Add(position);
            _columns.Id.Add(places.Ids[token]);
            _columns.Value.Add(firings.Values[i]);
            table.EndRow();
            if (table.IsFull) await table.Flush().ConfigureAwait(false);
        }
    }
}

/// <summary>A row a token of the corpus, those that do not count included: the windows that the model read.</summary>
internal sealed class CorpusTable(ParquetTable table)
{
    private readonly (NumberColumn<int> Window, NumberColumn<long> Document, NumberColumn<int> Position, NumberColumn<int> Id, NumberColumn<bool> Counted) _columns =
        (table.Number<int>("window"), table.Number<long>("document"), table.Number<int>("position"), table.Number<int>("id"), table.Number<bool>("counted"));

    public async Task Add(TokenPlaces places)
    {
        for (var number = 0; number < places.Windows.Count; number++)
        {
            var (window, kept) = (places.Windows[number], 0);
            for (var position = 0; position < window.Ids.Length; position++)
            {
                var counts = kept < window.Kept.Length && window.Kept[kept] == position;
                if (counts) kept++;
                _columns.Window.Add(number);
                _columns.Document.Add(places.DocumentOf(number, position));
                _columns.Position.Add(position);
                _columns.Id.Add(window.Ids[position]);
                _columns.Counted.Add(counts);
                table.EndRow();
            }
            if (table.IsFull) await table.Flush().ConfigureAwait(false);
        }
    }
}
