"""The sample's story and its files, read once for the tests of the generator."""

import shutil
from pathlib import Path

import pytest

from pipeline.demo.story import ANCHOR, Story, told

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample workspace as it stands in the repository, without what a run makes in it."""
    made_by_runs = shutil.ignore_patterns("var", "out", "archive")
    return Path(shutil.copytree(SAMPLE, tmp_path_factory.mktemp("demo") / "sample", ignore=made_by_runs))


@pytest.fixture(scope="session")
def story() -> Story:
    """The story behind the sample."""
    return told(7, 240, 36, ANCHOR)
