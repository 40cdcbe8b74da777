"""Compares what Ajar said about a box with the truth, and yields one check after the other.

The truth is taken before and after the scan. A number is right when it lies between the two, with the slack that the
view allows for what moves while one looks; everything that does not move must therefore be equal.
"""

import json
from dataclasses import dataclass

import certs
from model import FIELDS, number

GRAVE = ("critical", "high")  # what --fail-on counts unless told otherwise
SEVERE = (*GRAVE, "medium", "low")  # on loopback an open door with little behind it is medium or low: doc/rules.md
CERTIFICATE_FACTS = ("not_before", "not_after", "key", "signature", "spki_sha256", "self_signed")


@dataclass(frozen=True)
class Check:
    ok: bool
    label: str
    detail: str

    def line(self):
        text = f"{'ok' if self.ok else 'not ok'} {self.label}{' ' if self.ok else ': '}{self.detail}".rstrip()
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)  # a greeting may hold any bytes


def said(label, right, expected, got, shown=None):
    return Check(right, label, str(shown or got) if right else f"expected {expected} got {got}")


def any_of(value):
    return value if isinstance(value, tuple) else (value,)


def lines_of(report, kind, endpoint, via=""):
    """What was said about an endpoint itself, or about what is seen through the dashboard there."""
    return [line for line in report
            if line.get("type") == kind and line.get("endpoint") == endpoint and (line.get("via") or "") == via]


def check_box(box, report, before, after):
    for view in box.spec.views:
        yield from check_view(box, view, report, before, after)
    yield from check_untouched(box, before, after)


def check_view(box, view, report, before, after):
    label = box.spec.name if view.port == "P" else f"{box.spec.name}/{view.port}"
    if view.via:
        label += f"/via-{view.via}"
    endpoint = box.endpoint(view)
    services = lines_of(report, "service", endpoint, view.via)
    if services or not view.optional:
        yield said(f"{label} services", len(services) == 1, 1, len(services))
    if len(services) == 1:
        yield from check_service(label, view, services[0], before, after)
        yield from check_open(label, services[0], lines_of(report, "finding", endpoint, view.via))
    yield from check_rules(label, view, lines_of(report, "finding", endpoint, view.via))
    if view.certificate:
        yield from check_certificate(label, view, box.zoo.certs, lines_of(report, "certificate", endpoint))


def check_service(label, view, service, before, after):
    for key in ("product", "verdict", "transport"):
        allowed = any_of(getattr(view, key))
        yield said(f"{label} {key}", service.get(key) in allowed, " or ".join(map(str, allowed)), service.get(key))
    for key in FIELDS:
        value = service.get(key)
        if key in view.sees or (key in view.may and value is not None):
            yield check_field(f"{label} {key}", key, value, before, after, view.slack.get(key, 0))
        elif key not in view.may:
            yield said(f"{label} {key}", value is None, None, value, shown="untold")
    for key, expected in view.facts.items():
        value = service.get("facts", {}).get(key)
        if isinstance(expected, str):
            expected = expected.format(**after)
        yield said(f"{label} fact {key}", value == expected, expected, value, shown=str(value))
    if "collections" in view.sees and "names" in after:
        names = sorted(entry.get("name") for entry in service.get("collection_list") or ())
        right = set(names) <= set(after["names"]) if "collections" in view.slack else names == sorted(after["names"])
        yield said(f"{label} collection_list", right, sorted(after["names"]), names)


def check_field(label, key, value, before, after, slack):
    if key not in after or (key not in before and key != "version"):
        return Check(False, label, f"expected a truth to compare with got {value}")
    if key == "version":
        return said(label, value is not None and number(value) == number(after[key]), after[key], value)
    low, high = sorted((before[key], after[key]))
    right = isinstance(value, int) and low * (1 - slack) <= value <= high * (1 + slack)
    return said(label, right, low if low == high else f"{low}..{high}", value)


def check_open(label, service, findings):
    """The door itself: open needs a finding open-*, partial the finding partial, and all else neither."""
    doors = {finding["rule"]: finding.get("severity") for finding in findings
             if finding["rule"] in ("partial", "store-behind-open-dashboard") or finding["rule"].startswith("open-")}
    if service.get("verdict") == "open":
        right = bool(doors) and "partial" not in doors and all(severity in SEVERE for severity in doors.values())
        yield said(f"{label} finding", right, "an open-* finding, low or worse", doors)
    elif service.get("verdict") == "partial":
        yield said(f"{label} finding", list(doors) == ["partial"], "the finding partial", doors)
    else:
        yield said(f"{label} finding", not doors, "no finding about the door", doors, "none")


def check_rules(label, view, findings):
    rules = [finding.get("rule") for finding in findings]
    for rule in view.rules:
        yield said(f"{label} finding {rule}", rule in rules, rule, rules, shown="given")
    for rule in view.no_rules:
        yield said(f"{label} finding {rule}", rule not in rules, f"no {rule}", rules, shown="absent")
    for finding in findings:
        if not finding.get("why") or not finding.get("fix"):
            yield Check(False, f"{label} finding {finding.get('rule')}", "expected why and fix got none")


def check_certificate(label, view, directory, lines):
    yield said(f"{label} certificates", len(lines) == 1, 1, len(lines))
    if len(lines) != 1:
        return
    line = lines[0]
    truth = certs.truth(directory / view.certificate)
    for key in CERTIFICATE_FACTS:
        yield said(f"{label} certificate {key}", line.get(key) == truth[key], truth[key], line.get(key))
    names = sorted(line.get("names") or ())
    yield said(f"{label} certificate names", names == sorted(truth["names"]), sorted(truth["names"]), names)
    days = line.get("days_left")
    right = isinstance(days, int) and abs(days - truth["days_left"]) <= 1
    yield said(f"{label} certificate days_left", right, round(truth["days_left"]), days)
    match = line.get("name_match")
    yield said(f"{label} certificate name_match", match in view.name_match, view.name_match, match, shown=str(match))


def check_alive(box):
    """Whether the server runs and takes connections where it took them before the scan."""
    ended = box.process.poll()
    deaf = [view.port for view in box.spec.views if not box.listens(view)]
    return said(f"{box.spec.name} lives", ended is None and not deaf, "a server that runs and listens",
                f"exit status {ended}, nobody at {deaf}", shown="on")


def check_untouched(box, before, after):
    """Counts that no scan may change: Ajar writes nothing."""
    moving = {key for view in box.spec.views for key in view.slack}
    still = [key for key in ("collections", "records", "names") if key in before and key not in moving]
    changed = [f"{key} {before[key]} became {after.get(key)}" for key in still if before[key] != after.get(key)]
    if still:
        yield Check(not changed, f"{box.spec.name} untouched", "; ".join(changed))


# What a live server says anew each time it is asked, and what a scan says of itself. All else must be the same.
TIMES = {"at", "started", "seconds", "rate", "loss", "new", "first_seen", "last_seen", "opened", "seed", "days_left", "since"}
RESTLESS = {"clients", "started", "uptime"}


def still(line, moving):
    """A line of a report without times, and without the numbers in `moving` that the server itself moves."""
    kept = {key: value for key, value in line.items() if key not in TIMES | moving}
    if "facts" in kept:
        kept["facts"] = {key: value for key, value in kept["facts"].items()
                         if key not in RESTLESS and not (moving and type(value) is int)}
    for key in {"service": ("proof",), "finding": ("evidence",)}.get(line.get("type"), ()):
        kept[key] = sorted((entry["fact"], entry["ask"] or "") for entry in kept.get(key) or ()
                           if entry["fact"] not in RESTLESS)
    return kept


def check_same(reports, moving):
    """Whether all reports say the same of the same servers. `moving`: endpoint -> its keys that do not stand still."""
    def lines(report):
        return sorted(json.dumps(still(line, moving.get(line.get("endpoint"), set())), sort_keys=True)
                      for line in report)

    first = lines(reports[0])
    for number_of, report in enumerate(reports[1:], 2):
        other = lines(report)
        apart = sorted(set(first) ^ set(other))
        yield said(f"scan {number_of} says what scan 1 said", first == other, "no difference", apart[:6], len(other))


def check_run(report, exit_code, errors, endpoints):
    """The shape of the whole report: run first, summary last, nothing about what was not asked. With all endpoints up
    there is nothing to complain of either, so that what a sanitizer writes fails the run.
    """
    kinds = [line.get("type") for line in report]
    expected = int(any(line.get("severity") in GRAVE for line in report))
    yield said("scan exit", exit_code == expected, expected, exit_code)
    yield said("scan stderr", not errors, "nothing", errors[:600], "nothing")
    yield said("scan first line", kinds[:1] == ["run"], "run", kinds[:1], "run")
    yield said("scan last line", kinds[-1:] == ["summary"], "summary", kinds[-1:], "summary")
    summary = report[-1] if report else {}
    for end in ("skipped", "failed"):
        yield said(f"scan {end}", summary.get(end) == 0, 0, summary.get(end))
    yield said("scan done", summary.get("done") == len(endpoints), len(endpoints), summary.get("done"))
    strangers = sorted({line["endpoint"] for line in report if line.get("endpoint")} - set(endpoints))
    yield said("scan endpoints", not strangers, "only those asked for", strangers, "all asked for")
