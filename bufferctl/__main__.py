"""`python -m bufferctl`: the same as `bufferctl`."""

from __future__ import annotations

from bufferctl.cli import main

if __name__ == "__main__":
    main()
