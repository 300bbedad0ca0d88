using Spectre.Console;

namespace SaeSharp.Cli.Output;

/// <summary>Rows of a result. Columns whose title begins with <c>&gt;</c> are numbers and stand to the right.</summary>
internal sealed class Sheet
{
    private readonly string[] _columns;
    private readonly bool _ruled;
    private readonly List<string[]> _rows = [];

    public Sheet(ReadOnlySpan<string> columns, bool ruled) => (_columns, _ruled) = (columns.ToArray(), ruled);

    public Sheet Add(params ReadOnlySpan<string> cells)
    {
        var row = new string[_columns.Length];
        for (var i = 0; i < row.Length; i++) row[i] = Visible.Text(cells[i]);
        _rows.Add(row);
        return this;
    }

    public void Write(TextWriter output)
    {
        if (_ruled) WriteRuled(output);
        else WritePlain(output);
    }

    private void WriteRuled(TextWriter output)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in _columns) table.AddColumn(new TableColumn(Markup.Escape(Title(column))) { Alignment = IsNumber(column) ? Justify.Right : Justify.Left });
        foreach (var row in _rows) table.AddRow([.. row.Select(Markup.Escape)]);
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(table);
    }

    private void WritePlain(TextWriter output)
    {
        var widths = _columns.Select((column, i) => _rows.Select(row => row[i].Length).Append(Title(column).Length).Max()).ToArray();
        foreach (var row in _rows.Prepend([.. _columns.Select(Title)]))
        {
            var cells = row.Select((cell, i) => IsNumber(_columns[i]) ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    private static bool IsNumber(string column) => column.StartsWith('>');

    private static string Title(string column) => column.TrimStart('>');
}
