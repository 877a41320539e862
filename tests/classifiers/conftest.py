"""The model of this checkout, fitted once for all tests of the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.quality import fit
from monitor.classifiers.train import Model


@pytest.fixture(scope="session")
def model(checkout: Path) -> Model:
    return fit(checkout)
