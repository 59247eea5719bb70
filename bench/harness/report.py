"""Figures to Markdown."""
import datetime
import statistics

ORDER = ("idle", "idle-signed", "enqueue", "life")


def with_ratios(rows, base):
    """Adds to each row its ratio to the base target of the same round and scenario."""
    tops = {(r["scenario"], r["round"]): r["rate"] for r in rows if r["target"] == base}
    for row in rows:
        top = tops.get((row["scenario"], row["round"]))
        row[f"to_{base}"] = row["rate"] / top if top else None
    return rows


def span(values, form):
    values = [v for v in values if v is not None]
    if not values:
        return "–"
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def table(rows, base="bare"):
    """Median and range of each scenario and target, best first."""
    lines = [f"| scenario | target | rounds | requests/s | ratio to {base} | p50 ms | p99 ms | refused, broken | foreign cores, most |",
             "|---|---|---|---|---|---|---|---|---|"]
    groups = {}
    for row in with_ratios(rows, base):
        groups.setdefault((row["scenario"], row["target"]), []).append(row)
    for (scenario, target), group in sorted(groups.items(), key=lambda g: (ORDER.index(g[0][0]), -statistics.median(r["rate"] for r in g[1]))):
        lines.append(
            f"| {scenario} | {target} | {len(group)} | {span([r['rate'] for r in group], ',.0f')} | {span([r[f'to_{base}'] for r in group], '.2f')} "
            f"| {statistics.median(r['p50_ms'] for r in group):.2f} | {statistics.median(r['p99_ms'] for r in group):.1f} "
            f"| {sum(r['refused'] for r in group)}, {sum(r['broken'] for r in group)} | {max(r['foreign_cores'] for r in group):.2f} |")
    return lines


def finished_table(rows, finished):
    """A full store against an empty one, each pair within one round."""
    lines = [f"| scenario | store | with {finished:,} finished commands, as a ratio to an empty store |", "|---|---|---|"]
    rates = {(r["scenario"], r["target"], r["round"]): r["rate"] for r in rows}
    for scenario in ORDER:
        for store in ("sqlite", "postgres"):
            pairs = [rate / rates[scenario, f"broker-{store}", number] for (s, target, number), rate in rates.items()
                     if s == scenario and target == f"broker-{store}-full" and (scenario, f"broker-{store}", number) in rates]
            if pairs:
                lines.append(f"| {scenario} | {store} | {span(pairs, '.2f')} |")
    return lines


def vacuum_table(rows):
    """Each part's traffic against its own beginning; held against control last."""
    lines = ["| part | phase | measurements | requests/s | ratio to its before | p99 ms | foreign cores, most |", "|---|---|---|---|---|---|---|"]
    ratios = {}
    for part in ("held", "control"):
        before, during, after = ([r for r in rows if r["part"] == part and r["phase"] == phase] for phase in ("before", "during", "after"))
        if not before or not during:
            continue
        base = statistics.median(r["rate"] for r in before)
        for phase, group in (("before", before), ("during", during), ("its last quarter", during[-max(1, len(during) // 4):]), ("after, vacuumed", after)):
            rate = statistics.median(r["rate"] for r in group)
            ratios[part, phase] = rate / base
            lines.append(f"| {part} | {phase} | {len(group)} | {span([r['rate'] for r in group], ',.0f')} | {rate / base:.2f} "
                         f"| {statistics.median(r['p99_ms'] for r in group):.1f} | {max(r['foreign_cores'] for r in group):.2f} |")
    for phase in ("during", "its last quarter"):
        if ("held", phase) in ratios and ("control", phase) in ratios:
            lines.append(f"| held / control | {phase} | | | {ratios['held', phase] / ratios['control', phase]:.2f} | | |")
    return lines


def bloat_table(rows):
    """What the traffic left in the table, what vacuum freed of it, and whether later traffic used that."""
    lines = ["| part | when | commands | HOT updates | dead rows | table, MB | of it free, MB | indexes, MB |", "|---|---|---|---|---|---|---|---|"]
    return lines + [f"| {r['part']} | {r['when']} | {r['commands']:,.0f} | {r['hot_percent']:.0f} % | {r['dead_rows']:,.0f} | {r['table_mb']:,.0f} | {r['free_mb']:,.0f} | {r['index_mb']:,.0f} |"
                    for r in rows if r["phase"] == "table"]


def write(path, title, machine, how, parts):
    """The whole report: what was measured on, how, and the tables."""
    now = datetime.datetime.now(datetime.timezone.utc)
    lines = [f"# {title}", "", f"{now:%Y-%m-%d %H:%M} UTC · {how}", ""]
    lines += [f"- {name}: {value}" for name, value in machine.items()]
    for part in parts:
        lines += ["", *part]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    print("\n".join(lines))
