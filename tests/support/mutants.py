"""Mutants of a short function: copies with one small thing changed, as a slip would change it.

A check that lets a mutant pass is either too weak or the mutant computes the same. Each mutant is
called by its change, the statement before and after: `y = a - b → y = a + b`.
"""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy

TICKS = 100_000
"""So many rounds of loops may a mutant take; the solutions take a few thousand."""

_ARITHMETIC = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add, ast.Pow),
    ast.Div: (ast.Mult, ast.FloorDiv, ast.Sub),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult, ast.Div),
    ast.MatMult: (ast.Mult,),
}
_NOT_COMMUTING = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
_COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.GtE, ast.LtE),
    ast.NotEq: (ast.Eq,),
}
_PAIRS = (
    "min max", "minimum maximum", "argmin argmax", "amin amax", "sum prod", "sum mean", "sum max",
    "cumsum cumprod", "cumsum diff", "mean median", "var std", "zeros ones", "zeros_like ones_like",
    "exp expm1", "log log1p", "log log2", "log1p log", "log1p expm1", "sin cos", "floor ceil",
    "round floor", "sort argsort", "any all", "append insert", "comb perm", "abs sign",
)  # fmt: skip
_NAMES: dict[str, set[str]] = {}
for _one, _other in map(str.split, _PAIRS):
    _NAMES.setdefault(_one, set()).add(_other)
    _NAMES.setdefault(_other, set()).add(_one)


class TooLong(Exception):
    """A mutant that would not come to an end."""


def mutants(code: str, name: str) -> dict[str, Callable]:
    """All mutants of the function `name` that `code` defines, by the change made."""
    tree = ast.parse(code)
    (function,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name)
    before = [n for n in tree.body[: tree.body.index(function)] if not isinstance(n, ast.Expr)]
    found: dict[str, Callable] = {}
    for change, mutant in _changed(function):
        module = ast.Module([*before, _limited(mutant)], [])
        ticks = iter(range(TICKS))

        def tick(ticks: Iterator[int] = ticks) -> None:
            if next(ticks, None) is None:
                raise TooLong(f"more than {TICKS} rounds")

        scope = {"tick": tick}
        exec("import numpy as np", scope)
        try:
            exec(compile(ast.fix_missing_locations(module), "<mutant>", "exec"), scope)
        except SyntaxError:
            continue  # what Python does not read, nobody submits
        while change in found:  # the same statement stands there twice
            change += "'"
        found[change] = scope[name]
    return found


def _limited(function: ast.FunctionDef) -> ast.FunctionDef:
    for node in ast.walk(function):
        if isinstance(node, ast.For | ast.While):
            node.body.insert(0, ast.parse("tick()").body[0])
    return function


def _changed(function: ast.FunctionDef) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Each mutant, with its change in words."""
    parameters = [argument.arg for argument in function.args.args]
    for i, statement in enumerate(_statements(function)):
        before = _line(statement)
        for change in _removals(statement):
            copy = deepcopy(function)
            change(copy, i)
            yield f"{before} → (nothing)", copy
        for j, node in enumerate(_parts(statement)):
            for new in _replacements(node, parameters):
                copy = deepcopy(function)
                there = list(_statements(copy))[i]
                _put(there, list(_parts(there))[j], new)
                after = _line(there)
                if after != before:
                    yield f"{before} → {after}", copy


def _statements(function: ast.FunctionDef) -> Iterator[ast.stmt]:
    return (n for n in ast.walk(function) if isinstance(n, ast.stmt) and n is not function)


def _parts(statement: ast.stmt) -> Iterator[ast.AST]:
    """What stands in a statement, without the statements inside it."""
    queue: list[ast.AST] = [statement]
    while queue:
        node = queue.pop(0)
        yield node
        queue += [n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.stmt)]


def _line(statement: ast.stmt) -> str:
    """A statement on one line; of a loop or a branch, its head."""
    return ast.unparse(statement).splitlines()[0]


def _removals(statement: ast.stmt) -> Iterator[Callable[[ast.FunctionDef, int], None]]:
    def remove(function: ast.FunctionDef, i: int) -> None:
        _put(function, list(_statements(function))[i], ast.Pass())

    if not isinstance(statement, ast.Pass):
        yield remove


def _put(root: ast.AST, old: ast.AST, new: ast.AST) -> None:
    """Exchange one node below `root`, or change `root` itself into `new`."""
    if old is root:
        root.__dict__.clear()
        root.__class__ = new.__class__
        root.__dict__.update(new.__dict__)
        return
    for node in ast.walk(root):
        for field, value in ast.iter_fields(node):
            if value is old:
                setattr(node, field, new)
                return
            if isinstance(value, list):
                for k, item in enumerate(value):
                    if item is old:
                        value[k] = new
                        return


def _with(node: ast.AST, **changes: object) -> ast.AST:
    copy = deepcopy(node)
    for field, value in changes.items():
        setattr(copy, field, value)
    return copy


def _replacements(node: ast.AST, parameters: list[str]) -> Iterator[ast.AST]:
    """What may stand in a node's place by a slip."""
    match node:
        case ast.BinOp() | ast.AugAssign():
            for other in _ARITHMETIC.get(type(node.op), ()):
                yield _with(node, op=other())
            if isinstance(node, ast.AugAssign):
                yield ast.Assign([node.target], node.value, lineno=node.lineno)
            else:
                if isinstance(node.op, _NOT_COMMUTING):
                    yield _with(node, left=node.right, right=node.left)
                yield node.left
                yield node.right
        case ast.Compare():
            for other in _COMPARISONS.get(type(node.ops[0]), ()):
                yield _with(node, ops=[other(), *node.ops[1:]])
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        case ast.UnaryOp():
            yield node.operand
        case ast.IfExp():
            yield node.body
            yield node.orelse
        case ast.Constant(bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(int() | float()):
            n = node.value
            for other in dict.fromkeys((n + 1, n - 1, -n, 0)):
                if other != n:
                    yield ast.parse(repr(other), mode="eval").body
        case ast.Name(ctx=ast.Load()):
            yield from _renamed(node, "id")
            if node.id in parameters:
                for other in parameters:
                    if other != node.id:
                        yield _with(node, id=other)
        case ast.Attribute(attr="T"):
            yield node.value
        case ast.Attribute(ctx=ast.Load()):
            yield from _renamed(node, "attr")
        case ast.Call():
            yield from _calls(node)
        case ast.Slice():
            for end in ("lower", "upper", "step"):
                if (value := getattr(node, end)) is not None:
                    yield _with(node, **{end: None})
                    if not isinstance(value, ast.Constant):
                        for op in (ast.Add, ast.Sub):
                            yield _with(node, **{end: ast.BinOp(value, op(), ast.Constant(1))})
        case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()) if len(node.elts) > 1:
            for k in range(len(node.elts) - 1):
                turned = list(node.elts)
                turned[k : k + 2] = turned[k + 1], turned[k]
                yield _with(node, elts=turned)
        case ast.comprehension() if node.ifs:
            yield _with(node, ifs=[])
        case ast.Return(value=ast.expr()):
            yield _with(node, value=ast.UnaryOp(ast.USub(), node.value))


def _renamed(node: ast.AST, field: str) -> Iterator[ast.AST]:
    for other in sorted(_NAMES.get(getattr(node, field), ())):
        yield _with(node, **{field: other})


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    """Keywords dropped, neighbours exchanged, arguments dropped; f(x) and x.f() without f."""
    for k in range(len(node.keywords)):
        yield _with(node, keywords=node.keywords[:k] + node.keywords[k + 1 :])
    for k in range(len(node.args) - 1):
        turned = list(node.args)
        turned[k : k + 2] = turned[k + 1], turned[k]
        yield _with(node, args=turned)
    for k in range(len(node.args)):
        if len(node.args) > 1:
            yield _with(node, args=node.args[:k] + node.args[k + 1 :])
    if node.args:
        yield node.args[0]
    elif isinstance(node.func, ast.Attribute):
        yield node.func.value
