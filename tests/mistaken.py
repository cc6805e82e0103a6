"""A program with a mistake, in memory alone: in functions that exist already, or in a module when it is imported."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

from tests.mistakes import Mistake

#: A file, and the qualified name of a function in it.
Function = tuple[str, str]


def functions_with(mistake: Mistake) -> set[Function] | None:
    """Those that differ by it; nothing if what differs runs at import, or is what a function takes from others."""
    differing = [(right, wrong) for right, wrong, same in _pairs(mistake) if not same]
    for right, wrong in differing:
        if not right.co_flags & inspect.CO_NEWLOCALS or right.co_freevars != wrong.co_freevars:
            return None
    return {(right.co_filename, right.co_qualname) for right, _ in differing}


def functions_of(mistakes: Sequence[Mistake]) -> list[FunctionType]:
    """All that exist now and are written in their files."""
    files = {str(Path.cwd() / each.file) for each in mistakes}
    gc.unfreeze()  # what tests/conftest.py froze would not be listed
    functions = [each for each in gc.get_objects() if isinstance(each, FunctionType)]
    gc.freeze()
    return [each for each in functions if each.__code__.co_filename in files]


def put_in_place(mistakes: Sequence[Mistake], functions: Sequence[FunctionType]) -> None:
    """Change the functions, wherever they are referred to."""
    wrong = {_key(right): wrong for each in mistakes for right, wrong, _ in _pairs(each)}
    for function in functions:
        if code := wrong.get(_key(function.__code__)):
            function.__code__ = code


def _key(code: CodeType) -> object:
    return code.co_filename, code.co_qualname, tuple(code.co_positions())


def _pairs(mistake: Mistake) -> Iterator[tuple[CodeType, CodeType, bool]]:
    """The code of the module, its functions and classes without the mistake and with it, and whether they are the same.

    What is in a function or class counts for itself, unless the outer one differs: then it has no counterpart.
    """
    path = Path.cwd() / mistake.file
    text = path.read_text(encoding="utf-8")
    pairs = [(_compiled(text, path), _compiled(mistake.applied_to(text), path))]
    while pairs:
        right, wrong = pairs.pop()
        same = _itself(right) == _itself(wrong)
        yield right, wrong, same
        if same:
            pairs += zip(_inner(right), _inner(wrong), strict=True)


def _compiled(text: str, path: Path) -> CodeType:
    return compile(text, path, "exec", dont_inherit=True)


def _inner(code: CodeType) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType)]


def _itself(code: CodeType) -> object:
    """What it does, without lines and columns, and without what is in it."""
    constants = ["" if isinstance(each, CodeType) else repr(each) for each in code.co_consts]
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    taken = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
    return code.co_code, code.co_exceptiontable, constants, names, taken, code.co_flags


@dataclass(frozen=True)
class Finder(MetaPathFinder):
    """Finds the modules with the mistakes, for `sys.meta_path`."""

    mistakes: Sequence[Mistake]
    #: That of the files: commands import late, while a test is in a folder of its own.
    folder: Path = field(default_factory=Path.cwd)

    def find_spec(self, name: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module with its mistake."""
        for each in self.mistakes:
            if name == ".".join(Path(each.file).with_suffix("").parts).removesuffix(".__init__"):
                file = str(self.folder / each.file)
                return spec_from_file_location(name, file, loader=_Loader(name, file, each))
        return None


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, mistake: Mistake) -> None:
        super().__init__(name, path)
        self._mistake = mistake

    def get_code(self, fullname: str) -> CodeType:
        return _compiled(self._mistake.applied_to(Path(self.path).read_text(encoding="utf-8")), Path(self.path))
