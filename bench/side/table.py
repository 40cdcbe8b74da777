"""What was measured side by side, as a page."""
import statistics

HEAD = """# Ajar beside others

The same work on the same wire, in rounds that take turns: two network namespaces joined by a veth pair, so that what is measured is
the scanners and the kernel, no network. Each figure is the median of the rounds; in brackets the least and the most. *Processor* is that
of all processes of the command, *memory* that of the largest. *Found* counts what the command itself proved: zmap and masscan see that
something accepts, zgrab2 and Ajar that it is a Redis which answers, nmap names what listens.

    make bench-side ROUNDS=5 && make doc/benchmarks.md
"""


def spread(runs, key, form):
    values = [r[key] for r in runs]
    return f"{form % statistics.median(values)} ({form % min(values)} to {form % max(values)})"


def rows(results):
    out, titles = [], []
    measured = [r for r in results if "row" in r]
    for r in measured:
        if r["row"] not in titles:
            titles.append(r["row"])
    for title in titles:
        mine = [r for r in measured if r["row"] == title]
        names = list(dict.fromkeys(r["who"] for r in mine))
        count = len(mine) // len(names)
        out.append(f"\n## {title[0].upper()}{title[1:]}\n\n{count} round{'s' if count != 1 else ''}, {mine[0]['rate']:,} packets a "
                   "second allowed.\n")
        out.append("| | wall s | processor s | found | packets/s | memory MB |\n|---|---|---|---|---|---|")
        for name in names:
            runs = [r for r in mine if r["who"] == name]
            out.append(f"| {name.replace('_', ' + ')} | {spread(runs, 'wall', '%.2f')} | {spread(runs, 'cpu', '%.2f')} | "
                       f"{spread(runs, 'found', '%d')} | {spread(runs, 'pps', '%.0f')} | {spread(runs, 'mb', '%.0f')} |")
        out.append("\n" + "\n".join(f"    {next(r for r in mine if r['who'] == name)['command']}" for name in names))
    return "\n".join(out) + "\n"


def page(results):
    about = results[0]
    versions = "\n".join(f"- {name}: {version}" for name, version in about["versions"].items())
    return f"{HEAD}\n{about['machine']}; {about['date']}.\n\n{versions}\n{rows(results)}"
