"""Plans stored in files: saved plans and whether they are still valid, reviewed plans, and receipts."""

from __future__ import annotations

from bufferctl.planfile.changed import changed_entries
from bufferctl.planfile.merged import MergedFile, dump_merged, load_merged
from bufferctl.planfile.reviewed import Merged, Reviewed
from bufferctl.planfile.saved import RECEIPT, Receipt, SavedPlan, dump, load, load_receipt, load_shown, receipt_details
from bufferctl.planfile.verified import Verified, verify
