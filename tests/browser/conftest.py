"""One browser for all of these tests; for each test a stage of its own, and visitors who tell of every fault."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast, get_args
from zlib import crc32

import pytest
from playwright.sync_api import Browser

from dev.azurite import Azurite
from functions.pages import LANGUAGES
from tests.browser.chromium import Beyond, chromium
from tests.browser.stage import Stage, stage_over
from tests.browser.visitors import Visitor, Way, visitors

Meet = Callable[..., Visitor]


@pytest.fixture(scope="package")
def beyond() -> Iterator[Beyond]:
    with Beyond() as refusing:
        yield refusing


# Playwright keeps an event loop running, which other packages' tests would stumble over.
@pytest.fixture(scope="package")
def browser(beyond: Beyond) -> Iterator[Browser]:
    with chromium(beyond) as running:
        yield running


@pytest.fixture
def nothing_beyond(beyond: Beyond) -> Iterator[None]:
    """Nobody but this machine is asked for anything."""
    beyond.asked.clear()
    yield
    assert beyond.asked == []


@pytest.fixture
def stage(azurite: Azurite, nothing_beyond: None) -> Iterator[Stage]:  # noqa: ARG001 - it watches
    with stage_over(azurite) as playing:
        yield playing


@pytest.fixture
def meet(browser: Browser, stage: Stage, pytestconfig: pytest.Config) -> Iterator[Meet]:
    """Visitors, each in a browser that knows nothing yet; in the end none of them may have seen a fault."""
    folder = pytestconfig.getoption("screenshots")
    with visitors(browser, stage, Path(folder) if folder else None) as meet:
        yield meet


@pytest.fixture(params=get_args(Way))
def way(request: pytest.FixtureRequest) -> Way:
    """A journey is played each way."""
    return cast("Way", request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Where pictures or the long tests are wanted each language is looked at, else by each test one of them."""
    if "language" in metafunc.fixturenames:
        options = metafunc.config.option
        is_whole = options.screenshots or options.hypothesis_profile == "long"
        one = [*LANGUAGES][crc32(metafunc.function.__name__.encode()) % len(LANGUAGES)]
        metafunc.parametrize("language", LANGUAGES if is_whole else [one])
