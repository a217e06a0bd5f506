"""An example team of any size: a believable multilingual support centre with thirteen months of history."""

from staffing.example.write import FILES, example_files, write_example

__all__ = ["FILES", "example_files", "write_example"]
