"""The parts of the benchmark in the order of execution. Each module has measure(place, effort) -> Section."""

from collections.abc import Callable

from effort import Effort
from page import Section
from parts import deadline, kept, listing, memory, parallel, start, throughput, tree
from workplace import Workplace

PARTS: dict[str, Callable[[Workplace, Effort], Section]] = {
    "start": start.measure,
    "throughput": throughput.measure,
    "kept": kept.measure,
    "memory": memory.measure,
    "tree": tree.measure,
    "deadline": deadline.measure,
    "parallel": parallel.measure,
    "list": listing.measure,
}
