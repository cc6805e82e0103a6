// Runs inside.py on the CPython of npm's pyodide, in node: node run.mjs REPOSITORY PACKAGES [PYTEST-ARGS…].
import { createRequire } from "node:module";
import { join } from "node:path";

const [repository, packages, ...args] = process.argv.slice(2);
const { loadPyodide } = createRequire(join(packages, "package.json"))("pyodide");

// The tests want another day (tests/conftest.py), and time-machine has no wheel for this Python.
const now = Date.now;
let later = Date.parse("2026-11-28T08:00:00Z") - now();
Date.now = () => now() + later;
globalThis.setClock = (instant) => (later = instant - now());

const python = await loadPyodide({
  env: { HOME: "/tmp", PYTHONDONTWRITEBYTECODE: "1", PYTEST_DISABLE_PLUGIN_AUTOLOAD: "1", RAPIDFUZZ_IMPLEMENTATION: "python" },
});
python.mountNodeFS("/repository", repository);
python.mountNodeFS("/packages", join(packages, "python"));
python.globals.set("ARGUMENTS", python.toPy(args));
try {
  process.exitCode = python.runPython(`
import os, runpy, sys
os.chdir("/repository")
sys.path[:0] = ["/repository", "/packages"]
runpy.run_path("tools/python314/inside.py")["main"](ARGUMENTS)
`);
} catch (error) {
  console.error(error.message); // node would print a megabyte of WebAssembly before it
  process.exitCode = 1;
}
