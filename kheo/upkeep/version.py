"""Which Kheo this is."""

import re
from functools import cache
from importlib import metadata
from pathlib import Path

from django.conf import settings


@cache
def version() -> str:
    """The version, with the beginning of the commit where the program lies in a checkout: 0.1.0 (1a2b3c4)."""
    number = metadata.version("kheo")
    commit = _commit(Path(settings.ROOT) / ".git")
    return f"{number} ({commit[:7]})" if commit else number


def _commit(git: Path) -> str:
    # Read and not asked of git, which refuses a folder that belongs to another user.
    try:
        if git.is_file():
            git = Path(git.read_text().removeprefix("gitdir:").strip())
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        shared = git / "commondir"
        home = (git / shared.read_text().strip()).resolve() if shared.exists() else git
        name = head.removeprefix("ref: ")
        if (home / name).exists():
            return (home / name).read_text().strip()
        packed = re.search(rf"^([0-9a-f]{{40}}) {re.escape(name)}$", (home / "packed-refs").read_text(), re.M)
        return packed[1] if packed else ""
    except OSError:
        return ""
