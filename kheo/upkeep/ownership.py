"""On whose behalf the commands work: the account that owns the data, also when root calls them.

What root writes, Kheo's own account could not read afterwards, and the next night's backup would fail.
"""

import os
import pwd
from pathlib import Path


def become_owner_of(data: Path) -> None:
    """Give up root for the owner of the folder, for good; do nothing for anyone else."""
    if os.geteuid() != 0 or not data.exists():
        return
    owner = data.stat()
    if owner.st_uid == 0:
        return
    try:
        account = pwd.getpwuid(owner.st_uid)
        os.initgroups(account.pw_name, owner.st_gid)
        os.environ["HOME"] = account.pw_dir
    except KeyError:
        os.setgroups([])
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)
