#!/bin/sh
# Gather what cabin needs at run time, for the Python that the service will run with. Afterwards nothing of installing
# needs a network. `make wheels` calls this.
#   wheels.sh BUILDER PYTHON FOLDER EXTRAS    BUILDER: a Python with pip; PYTHON: the one to install for
set -eu
builder=$1 python=$2 folder=$3 extras=$4
checkout=$(cd "$(dirname "$0")/../.." && pwd)
next="$folder.new"
rm -rf "$next"
mkdir -p "$next"
needed=$("$builder" - "$checkout/pyproject.toml" "$extras" <<'END'
import sys
import tomllib

with open(sys.argv[1], "rb") as file:
    told = tomllib.load(file)
needed = list(told["project"]["dependencies"])
for extra in filter(None, sys.argv[2].split(",")):
    needed += told["project"]["optional-dependencies"][extra]
print("\n".join(needed + told["build-system"]["requires"]))
END
)
printf '%s\n' "$needed" >"$next/needed.txt"
"$builder" -m pip --python "$python" wheel --quiet --constraint "$checkout/constraints.txt" \
  --wheel-dir "$next" --requirement "$next/needed.txt"
printf '%s\n' "$extras" | tr , '\n' >"$next/extras.txt"
rm -rf "$folder"
mv "$next" "$folder"
