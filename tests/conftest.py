"""Fixtures every test folder shares."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workspaces import make_fitted

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Give the root of the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of third-party test material beside the checkout; skip where it is not there."""
    folder = CHECKOUT.parent / "shared"
    if not (folder / "README.md").exists():
        pytest.skip("needs the test material in ../shared, which is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a starter workspace whose model is fitted; tests copy it and leave it as it is."""
    return make_fitted(tmp_path_factory.mktemp("fitted") / "desk")
