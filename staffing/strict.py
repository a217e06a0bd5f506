"""How settings that people write are validated: unknown keys are refused, docstrings reach the JSON Schema."""

from pydantic import ConfigDict

STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True)
