#!/bin/sh
# Data without personal data in it: not one field of it may be confirmed.
#
#   test/pii/silence.sh CLASSIFY DIRECTORY [GIGABYTES]
#
# CLASSIFY is the command up to its paths ("build/ajar classify"). The data is unpacked from Debian packages into
# DIRECTORY (source trees, documentation, catalogues of stars, package indexes, word lists) and kept for the next run;
# kernel-like logs and tables of epochs, snowflakes and serial numbers are made by test/pii/traps.py. Secrets are counted
# apart: the test keys in source trees are real keys, and finding them is right.
set -eu

classify=$1
directory=$2
gigabytes=${3:-5}
here=$(dirname "$0")

packages='linux-source-6.1 gcc-12-source binutils-source glibc-source golang-1.19-src rust-src openjdk-17-source
    linux-doc-6.1 libboost1.74-dev qtbase5-doc-html python3.11-doc postgresql-doc-15 wamerican-insane wngerman
    iso-codes geographiclib-tools gmt-gshhg-full kstars-data stellarium-data libreoffice-dev-doc openfoam-examples
    r-base-core r-cran-mlbench ncbi-data gcc-12-doc libgtk-3-doc qtwebengine5-doc-html qtdeclarative5-doc-html
    texlive-latex-extra-doc llvm-14-doc octave-doc maxima-doc coq-theories wordnet-base
    node-typescript cdbs emacs-el firmware-linux-free fonts-noto-cjk libghc-base-doc ghc-doc python3-sympy pari-doc
    dict-freedict-eng-zho nltk cp2k-data quantum-espresso-data psi4-data gromacs-data sagemath-common'

size_of() {
    du -sb "$1" | cut -f1
}

mkdir -p "$directory/debs" "$directory/data"
wanted=$((gigabytes * 1000000000))
for name in $packages; do
    [ "$(size_of "$directory/data")" -lt "$wanted" ] || break
    [ ! -e "$directory/data/$name" ] || continue
    # A package that this release does not have is left out; the size decides in the end.
    (cd "$directory/debs" && apt-get download -qq "$name" 2>/dev/null) || continue
    mkdir -p "$directory/data/$name"
    dpkg-deb -x "$directory"/debs/"$name"_*.deb "$directory/data/$name"
    rm -f "$directory"/debs/"$name"_*.deb
    find "$directory/data/$name" -type f \( -name '*.tar.xz' -o -name '*.xz' \) | while read -r packed; do
        case $packed in
        *.tar.xz) tar -C "$(dirname "$packed")" -xJf "$packed" && rm -f "$packed" ;;
        *) xz -d "$packed" ;;
        esac
    done
    find "$directory/data/$name" -type f -size +1M -name '*.zip' | while read -r packed; do
        python3 -m zipfile -e "$packed" "$packed.d" && rm -f "$packed" || true # some are broken on purpose
    done
done
if [ ! -e "$directory/data/traps" ]; then
    mkdir -p "$directory/data/traps" "$directory/data/indexes"
    python3 "$here/traps.py" "$directory/data/traps"
    cp /var/lib/apt/lists/*Packages "$directory/data/indexes/" 2>/dev/null || true
fi

total=$(find "$directory/data" -type f -printf '%s\n' | awk '{ s += $1 } END { printf "%d", s }')
printf 'silence: %s bytes in %s\n' "$total" "$directory/data"
$classify --json "$directory/data" >"$directory/found.jsonl" || case $? in 1 | 3) ;; *) exit 1 ;; esac # 3: archives and the like in between
python3 "$here/silence_count.py" "$directory/found.jsonl" "$total" "$wanted"
