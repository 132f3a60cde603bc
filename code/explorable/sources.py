"""Which files a function's result can depend on: its module and what that imports."""

import ast
import hashlib
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_NOT_READ = {".py", ".pyc", ".js", ".css"}  # by Python: a page's own assets change no output
_INSTALLED = tuple(
    {str(Path(sysconfig.get_path(kind)).resolve()) for kind in ("stdlib", "purelib", "platlib")}
)


def local_sources(module_names: Iterable[str]) -> list[Path]:
    """The source files behind modules, following their imports, without installed packages.

    Other files beside a package's modules (style sheets, data) count as its sources too,
    since code can read them. Sorted, so that a hash over them is stable.
    """
    found: set[Path] = set()
    waiting = list(module_names)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = _local_file(name)
        if path is None or path in found:
            continue
        found.add(path)
        found.update(_data_beside(path))
        waiting.extend(_imports(path, name))
    return sorted(found)


def fingerprint(files: Iterable[Path]) -> str:
    """A hash of the files' names and contents."""
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


def imported_modules(source: str, package: str = "") -> list[str]:
    """Every module that a piece of Python names in an import, relative ones resolved."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base] if base else parents)
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    # `import a.b` runs a as well
    return [".".join(name.split(".")[:k]) for name in names for k in range(1, name.count(".") + 2)]


def _imports(path: Path, name: str) -> list[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return _imports_of_text(path.read_text(encoding="utf-8"), package)


@cache
def _imports_of_text(source: str, package: str) -> list[str]:
    """Parsed once: the figures of a chapter ask for the same modules, one after another."""
    return imported_modules(source, package)


def _local_file(name: str) -> Path | None:
    package = name.partition(".")[0]
    if package in sys.stdlib_module_names:
        return None
    # First the package alone: to find a module in it, Python imports what is above that module.
    if _is_installed(path := _file(package)):
        return None
    if name != package:
        path = _file(name)
    return None if _is_installed(path) else path


def _is_installed(path: Path | None) -> bool:
    return path is not None and str(path).startswith(_INSTALLED)


def _file(name: str) -> Path | None:
    """The Python file of a module, wherever it is."""
    try:
        spec = find_spec(name)
    except (ImportError, AttributeError, ValueError):
        return None  # `from a import b` where b is no module
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return None
    return Path(spec.origin).resolve()


def _data_beside(path: Path) -> list[Path]:
    if path.name != "__init__.py":
        return []
    return [
        other
        for other in path.parent.iterdir()
        if other.is_file() and other.suffix not in _NOT_READ
    ]
