"""The sample's story and its files, read once for the tests of the generator."""

from pathlib import Path

import pytest

from pipeline.demo.story import ANCHOR, Story, told

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture(scope="session")
def sample() -> Path:
    """The sample workspace as it stands in the repository."""
    return SAMPLE


@pytest.fixture(scope="session")
def story() -> Story:
    """The story behind the sample."""
    return told(7, 240, 36, ANCHOR)
