"""`python -m kheo.bench [NAME…] [--json]`, called by script/bench."""

import argparse
import json
import os
import pkgutil
import platform
import sys
from importlib import import_module
from typing import Any

from kheo import bench


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench", description="Measures what Kheo must be fast at.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a benchmark, or the beginning of several names"
    )
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--list", action="store_true", help="only say which benchmarks there are")
    parser.add_argument("--scale", type=float, default=1.0, help="of the full size; 0.02 is a smoke run")
    parser.add_argument("--memory", type=int, default=0, help="MB of the small machine (machine.*)")
    options = parser.parse_args()
    bench.SCALE, bench.MEMORY = options.scale, options.memory

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.settings")
    import django

    django.setup()
    register_all()
    chosen = [
        one
        for name, one in sorted(bench.REGISTERED.items())
        if not options.names or any(name == asked or name.startswith(f"{asked}.") for asked in options.names)
    ]
    if not chosen:
        known = ", ".join(sorted(bench.REGISTERED))
        sys.exit(f"No benchmark is called {' or '.join(options.names)}. There are: {known}.")
    if options.list:
        print("\n".join(one.name for one in chosen))
        return

    if not options.json:
        print(machine(chosen))
        print(f"{'':44}{'value':>12}{'baseline':>12}{'ratio':>8}  unit")
    for one in chosen:
        conditions = ""
        for result in bench.results(one):
            conditions = result["conditions"]
            if options.json:
                told = [part for part in (result["conditions"], machine([one])) if part]
                print(json.dumps({**result, "conditions": "; ".join(told)}, ensure_ascii=False), flush=True)
            else:
                print(row(result), flush=True)
        if conditions and not options.json:
            print(f"  ({conditions})")


def register_all() -> None:
    for module in pkgutil.iter_modules(bench.__path__):
        if not module.name.startswith("_"):
            import_module(f"kheo.bench.{module.name}")


def machine(chosen: list[bench.Bench]) -> str:
    """The databases on which these are measured, and how busy the machine is."""
    from django.db import connection

    databases = " and ".join(sorted({one.on or connection.vendor for one in chosen}))
    # Beside others a page waits for its turn: figures taken under load say little.
    load = os.getloadavg()[0]
    return f"{databases}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f}"


def row(result: dict[str, Any]) -> str:
    def figure(value: float | None) -> str:
        return "–" if value is None else f"{value:.4g}"

    return (
        f"{result['name']:44}{figure(result['value']):>12}{figure(result['baseline']):>12}"
        f"{figure(result['ratio']):>8}  {result['unit']}"
    )


if __name__ == "__main__":
    main()
