"""import and pull: which objects they write into which files, with a check that the next plan is empty."""

from __future__ import annotations

from bufferctl.intake.homes import starter_text
from bufferctl.intake.importing import Baseline, Intake, claim, importable
from bufferctl.intake.media import Downloads, with_downloads
from bufferctl.intake.pulling import Pulled, changed_files, choose, write_pulled
from bufferctl.intake.writing import Writing
