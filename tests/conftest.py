from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("steady", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("steady")

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `shared` need data that may not be copied into the project."""
    if SHARED.is_dir():
        return
    reason = f"third-party data is not part of the project and {SHARED} is absent"
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    return SHARED


@pytest.fixture(scope="session")
def helpdesk() -> Path:
    return ROOT / "scenarios" / "helpdesk"
