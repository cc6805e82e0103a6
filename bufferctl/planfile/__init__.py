"""What is kept of a plan in files: saved plans and whether they still hold, what was reviewed, receipts."""

from __future__ import annotations

from bufferctl.planfile.receipt import Receipt
from bufferctl.planfile.reviewed import Reviewed
from bufferctl.planfile.saved import Choices, SavedPlan, dump, load
from bufferctl.planfile.verify import Verified, overruled, verify

__all__ = ["Choices", "Receipt", "Reviewed", "SavedPlan", "Verified", "dump", "load", "overruled", "verify"]
