#!/bin/sh
# The whole workflow on the sandbox: validate, plan, apply, and a second plan that says "No changes."
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
cp -R "$here/quick-start/." "$work"
cd "$work"
find . -name '*.yaml' | while read -r file; do # always in the future
  sed "s/2030-/$(($(date +%Y) + 4))-/" "$file" >"$file.new"
  mv "$file.new" "$file"
done
export XDG_STATE_HOME="$work/.state" # keeps the demo's journal and lock out of the user's folders

: >exports
bufferctl sandbox --port 0 >>exports 2>sandbox.log &
sandbox=$!
trap 'kill "$sandbox" 2>/dev/null; rm -rf "$work"' EXIT INT TERM
tries=0
until grep -q BUFFER_API_KEY exports; do
  tries=$((tries + 1))
  if [ "$tries" -gt 300 ] || ! kill -0 "$sandbox" 2>/dev/null; then
    echo "The sandbox did not start:" >&2
    cat sandbox.log >&2
    exit 1
  fi
  sleep 0.1
done
. ./exports

step() {
  printf '\n$ %s\n' "$*"
  "$@"
}
step bufferctl validate
step bufferctl plan
step bufferctl apply --auto-approve
step bufferctl plan
