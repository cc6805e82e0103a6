"""Plans stored in files: saved plans and whether they are still valid, reviewed plans, and receipts."""

from __future__ import annotations

from bufferctl.planfile.agreed import Reviewed, Verified, verify
from bufferctl.planfile.receipt import Receipt
from bufferctl.planfile.saved import SavedPlan, dump, load
