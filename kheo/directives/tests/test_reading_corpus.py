"""The reader on a folder of real documents, outside the project: KHEO_CORPUS names it."""

import os
from pathlib import Path

import pytest

from kheo.directives.reading.scoring import AIMS, score


@pytest.mark.corpus
@pytest.mark.parametrize("what", list(AIMS))
def test_the_corpus_reaches_the_aims(what):
    folder = os.environ.get("KHEO_CORPUS", "")
    if not folder:
        pytest.skip("KHEO_CORPUS is not set: no folder of real documents to read")
    if not Path(folder).is_dir():
        pytest.skip(f"KHEO_CORPUS names {folder}, which is not a folder")
    result = score(folder)
    missed = [f"{one.name}: {line}" for one in result.results for line in one.missed]
    assert result.total(what).percent >= AIMS[what], "\n".join(missed)
