"""The sample company: a seeded generator of a workspace, in the formats that its tools really export."""

from pipeline.demo.desk import DemoReport, Written, write_planted
from pipeline.demo.quirks import Quirk
from pipeline.demo.workspace import write_workspace
from pipeline.demo.writers import Planted

__all__ = ["DemoReport", "Planted", "Quirk", "Written", "write_planted", "write_workspace"]
