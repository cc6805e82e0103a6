#!/bin/sh
# install.sh PYTHON FOLDER: a Python of its own with this bufferctl and exactly what ci/requirements.lock names.
# Nothing is built, and nothing of the folder that it is called from is ever imported (the scripts run with -I).
set -eu
python=$1
folder=$2
here=$(cd "$(dirname "$0")/.." && pwd)

if [ ! -e "$folder/.installed" ]; then
  "$python" -m venv "$folder"
  "$folder/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --require-hashes --requirement "$here/ci/requirements.lock"
  site=$("$folder/bin/python" -I -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  printf '%s\n' "$here" > "$site/bufferctl.pth"
  touch "$folder/.installed"
fi
"$folder/bin/python" -I -m bufferctl --version
