"""The commands that have things go wrong between the vendors and the running server, and mend them again."""

from argparse import Namespace
from typing import Any

from dev.desk import Desk


def order_fault(desk: Desk, chosen: Namespace) -> None:
    """Raises Trouble for what cannot be ordered."""
    wanted = {name: getattr(chosen, name) for name in ("kind", "where", "match", "times", "seconds", "after")}
    given = {name: value for name, value in wanted.items() if value not in {None, False}}
    _show(chosen.vendor, desk.vendor(chosen.vendor).do("faults", **given))


def show_faults(desk: Desk, _chosen: Namespace) -> None:
    """Those that are still to happen, at every stand-in. Raises Trouble."""
    for name, vendor in desk.vendors.items():
        for fault in vendor.get("faults"):
            _show(name, fault)


def mend(desk: Desk, _chosen: Namespace) -> None:
    """Nothing goes wrong any more, and what was held back leaves. Raises Trouble."""
    for vendor in desk.vendors.values():
        vendor.clear()
    print("Nothing goes wrong any more.")


def _show(vendor: str, fault: dict[str, Any]) -> None:
    times = {None: "until mend", 1: "once"}.get(fault["times"], f"{fault['times']} times")
    whole = [f"{fault['kind']:<10} {fault['where']}", f"of {fault['match']!r}" if fault["match"] else "of all", times]
    if fault["seconds"]:
        whole.append(f"{fault['seconds']:g} seconds")
    if fault["after"]:
        whole.append("after it was done")
    print(f"  {vendor:<12} {', '.join(whole)}")
