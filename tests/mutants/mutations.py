"""Generates mutants: small changes of a Python source that a test should notice, one at a time.

It changes comparisons, `and` and `or` (and drops one operand), arithmetic, conditions (negated), numbers, strings,
booleans, slices (the whole instead) and returned values, and removes statements that call or set an attribute, query
conditions, and elements of lists and sets. It leaves docstrings, annotations, decorators, imports, messages for people
(translated, or raised), ids of refusals and log lines unchanged.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
QUERY_CONDITIONS = {"filter", "exclude"}
LOG_CALLS = {"debug", "info", "warning", "error", "exception"}
UNTOUCHED_CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", *LOG_CALLS}


class Mutation(NamedTuple):
    """One change: the number of its first line, from 1, and the whole changed source."""

    line: int
    source: str


def find_mutations(source: str) -> Iterator[Mutation]:
    """Yield every mutation of `source` that compiles, in source order."""
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    seen = {source}
    for node, replacement in _replacements(ast.parse(source)):
        first, last = node.lineno - 1, node.end_lineno - 1
        head = b"".join(lines[:first]) + lines[first][: node.col_offset]
        tail = lines[last][node.end_col_offset :] + b"".join(lines[last + 1 :])
        mutated = (head + replacement.encode() + tail).decode()
        if mutated not in seen and _compiles(mutated):
            seen.add(mutated)
            yield Mutation(node.lineno, mutated)


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _replacements(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield child nodes, each with its replacement in a mutant."""
    if isinstance(node, ast.If | ast.While):
        yield node.test, f"(not {_grouped(node.test)})"
    for child in _mutable_children(node):
        for replacement in _mutants_of(child):
            yield child, replacement
        yield from _replacements(child)


def _mutable_children(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom | ast.AnnAssign | ast.arg | ast.Raise):
        if isinstance(node, ast.AnnAssign) and node.value:
            yield node.value
        return
    if isinstance(node, ast.Call) and _called_name(node) in UNTOUCHED_CALLS:
        return
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
        return
    # Nothing but a test could compare the id of a refusal.
    ids = node.args[:1] if isinstance(node, ast.Call) and _called_name(node) == "Problem" else []
    for field, value in ast.iter_fields(node):
        if field in ("decorator_list", "returns", "annotation", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and child not in ids and not _is_docstring(child):
                yield child


def _grouped(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Call | ast.Attribute) else f"({ast.unparse(node)})"


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _called_name(call: ast.Call) -> str:
    return getattr(call.func, "attr", None) or getattr(call.func, "id", "")


def _mutants_of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=bool(value)):
            yield repr(not value)
        case ast.Constant(value=int(value)):
            yield repr(value + 1)
        case ast.Constant(value=str(value)):
            yield repr(value + "x")
        case ast.Compare(ops=[op], left=left, comparators=[right]) if type(op) in COMPARISONS:
            yield f"({ast.unparse(ast.Compare(left, [COMPARISONS[type(op)]()], [right]))})"
        case ast.BoolOp(op=op, values=values):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield f"({ast.unparse(ast.BoolOp(other, values))})"
            for left_out in range(len(values)):
                yield f"({ast.unparse(ast.BoolOp(op, values[:left_out] + values[left_out + 1 :]))})"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            yield f"({ast.unparse(ast.BinOp(left, ARITHMETIC[type(op)](), right))})"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield f"({ast.unparse(operand)})"
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield f"({ast.unparse(ast.IfExp(ast.UnaryOp(ast.Not(), test), body, orelse))})"
        case ast.Subscript(value=value, slice=ast.Slice(lower=None, step=None)):
            yield ast.unparse(value)
        case ast.Return(value=ast.expr()):
            yield "return None"
        case ast.Expr(value=ast.Call() as call) if _called_name(call) not in UNTOUCHED_CALLS:
            yield "pass"
        case ast.AugAssign() | ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]):
            yield "pass"
    yield from _shorter(node)


def _shorter(node: ast.AST) -> Iterator[str]:
    """Yield a list, set or query once for each part, without that part."""
    match node:
        case ast.List(elts=[_first, _second, *_] as parts) | ast.Set(elts=[_first, _second, *_] as parts):
            for part in parts:
                yield ast.unparse(type(node)(elts=[kept for kept in parts if kept is not part]))
        case ast.Call(func=ast.Attribute(attr=name), args=parts, keywords=named) if name in QUERY_CONDITIONS:
            for part in [*parts, *named]:
                fewer = [kept for kept in parts if kept is not part], [kept for kept in named if kept is not part]
                yield ast.unparse(ast.Call(node.func, *fewer))
