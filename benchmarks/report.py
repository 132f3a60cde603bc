"""Tables, sizes and the machine, as the README prints them."""

import gzip
import os
import platform
import re
import statistics
from datetime import UTC, datetime
from pathlib import Path


def kilobytes(content: str | bytes) -> tuple[float, float]:
    """(raw, gzipped) size in kB of 1000 bytes."""
    raw = content.encode() if isinstance(content, str) else content
    return len(raw) / 1000, len(gzip.compress(raw, compresslevel=6, mtime=0)) / 1000


def scripts(html: str) -> str:
    """The code in a page's script elements; data (type="application/json") is none."""
    found = re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL | re.IGNORECASE)
    return "\n".join(body for attributes, body in found if "json" not in attributes)


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def machine() -> str:
    """What the numbers were measured on, in one line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), re.MULTILINE)
        model = found[1] if found else model
    return (
        f"{os.cpu_count()} cores, {model}, {platform.system()}, "
        f"Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
    )


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *(["---:"] * (len(head) - 1))], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
