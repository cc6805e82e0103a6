"""Open the files, plan, apply and check, as the command line does, but without click, a terminal or an exit code.

Import from the modules, each of which is loaded when it is needed: `files.py` opens the files, `session.py` the account
and the state, `applying.py` applies. A caller hands in a `Listener` and a `Stop` (`listener.py`).
"""

from __future__ import annotations
