namespace CommandBroker.Storage.Postgres;

/// <summary>The text of a <see cref="CommitStatement"/>. <c>$1</c> is when the new commands were added; then follow the arrays.</summary>
internal static class CommitSql
{
    /// <summary>The statement that writes these kinds of rows.</summary>
    public static string Of(IEnumerable<CommitRows> kinds)
    {
        int parameter = 1;
        var parts = new List<string>();
        var changed = new List<string>();
        var given = new List<string>();
        foreach (CommitRows rows in kinds)
        {
            int first = parameter + 1;
            string source = Unnest(rows, ref parameter);
            if (rows.Columns.Any(column => column.Name == "payload"))
            {
                parts.Add($"{rows.Name} as ({Insert(rows, source)})");
            }
            else
            {
                parts.Add($"{rows.Name} as ({Update(rows, source)})");
                changed.Add($"(select count(*) from {rows.Name})");
                given.Add($"cardinality(${first})");
            }
        }

        string check = changed.Count == 0
            ? "select 1"
            : $"select 1 / (case when {string.Join(" + ", changed)} = {string.Join(" + ", given)} then 1 else 0 end)";
        return $"with {string.Join(", ", parts)} {check}";
    }

    private static string Insert(CommitRows rows, string source)
    {
        string columns = string.Join(", ", [.. rows.Constants.Select(constant => constant.Column), .. rows.Columns.Select(column => column.Name)]);
        string values = string.Concat(rows.Constants.Select(constant => $"{constant.Value}, "));
        return $"insert into command ({columns}) select {values}u.* from {source}";
    }

    private static string Update(CommitRows rows, string source)
    {
        IEnumerable<string> sets = rows.Columns.Where(column => column.Name is not ("source_no" or "seq")).Select(column => $"{column.Name} = u.{column.Name}")
            .Concat(rows.Constants.Select(constant => $"{constant.Column} = {constant.Value}"));
        return $"update command c set {string.Join(", ", sets)} from {source} "
            + "where c.source_no = u.source_no and c.seq = u.seq and c.version = u.version - 1 returning 1";
    }

    private static string Unnest(CommitRows rows, ref int parameter)
    {
        var arrays = new List<string>();
        foreach (CommitColumn column in rows.Columns)
        {
            arrays.Add($"${++parameter}::{column.ArraySqlType}");
        }

        return $"unnest({string.Join(", ", arrays)}) as u({string.Join(", ", rows.Columns.Select(column => column.Name))})";
    }
}
