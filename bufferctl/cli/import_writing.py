"""What is imported goes into the project: files first, then state; nothing stays where the files would not be valid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bufferctl.cli.checking import judged
from bufferctl.cli.import_check import Taken, Taking, bindings_of
from bufferctl.cli.session import Session
from bufferctl.config import load
from bufferctl.config.write.changes import FileChanges
from bufferctl.config.write.document import Text
from bufferctl.config.write.project import file_name, file_with, new_file, new_root, root_with, takes
from bufferctl.diagnostics import has_errors
from bufferctl.errors import BufferctlError, ConfigError
from bufferctl.model import Address, Idea, Post


@dataclass(frozen=True, slots=True)
class Importing:
    """What was found, and where it goes. `root` need not be there yet; `one_file`: not a file a channel."""

    session: Session
    taken: Taken
    root: Path
    one_file: bool = False

    def write(self) -> list[str]:
        """Write files and state; the names of the files. Raises ConfigError, StateError, with nothing changed."""
        files = FileChanges()
        root_text = self._root(files)
        names = [*([self.root.name] if root_text else []), *self._entries(files)]
        files.make()
        try:
            items = self._read_back()
            missing = [taking.address for taking in self.taken.takings if taking.address not in items]
            if missing:
                raise ConfigError(
                    f"{self.root.name} does not include what would be written, {names[-1]}, so nothing was",
                    hint=f"Add `{names[-1]}` or `posts/**/*.yaml` to `include`.",
                )
            new = {**self.taken.already, **bindings_of(self.taken.takings, items)}
            if new:
                self.session.store.save(replace(self.session.state, bindings={**self.session.state.bindings, **new}))
        except BufferctlError:
            files.undo()
            raise
        return names

    def _read_back(self) -> dict[Address, Post | Idea]:
        """Everything that is declared now. Raises ConfigError, and tells why, where the files are not valid."""
        loaded = load(self.root, Path.cwd())
        problems = judged(loaded, account_follows=True)
        if loaded.desired is None or has_errors(problems):
            self.session.console.diagnostics(problems)
            raise ConfigError(
                "With what Buffer has, the files would have these errors, so nothing was written",
                hint="Fix them, then import again.",
            )
        return {item.address: item for item in loaded.desired.items}

    def _root(self, files: FileChanges) -> bool:
        """The root file: a new one, or the one that is there with channels that it lacks; whether it changes."""
        if not self.root.exists():
            zone = self.taken.homes[0].timezone if self.taken.homes else None
            around = self.taken.account.timezone or zone or "UTC"
            if len(self.taken.homes) == 1:
                around = zone or around
            entries = [home.entry(home.channels, self._tags(home.live.id), around) for home in self.taken.homes]
            files.put(self.root, None, new_root(around, entries).encode())
            return True
        used = {taking.channel.live.id for taking in self.taken.takings if taking.channel}
        with_ideas = {taking.organization.live.id for taking in self.taken.takings if taking.channel is None}
        entries = []
        for home in self.taken.homes:
            new = [each for each in home.channels if not each.declared and each.live.id in used]
            if new or (home.declared is None and home.live.id in with_ideas):
                entries.append(home.entry(new, self._tags(home.live.id) if home.declared is None else None))
        if entries:
            root = Text.read(self.root)
            files.put(self.root, root.data, root.with_text(root_with(root, entries)))
        return bool(entries)

    def _tags(self, organization: str) -> dict[str, str]:
        """The tags that what is imported carries: once nothing in Buffer does, only the file knows their ids."""
        live = [taking.live for taking in self.taken.takings if taking.organization.live.id == organization]
        return {tag.name: tag.id for item in live for tag in item.tags if tag.name.isprintable()}

    def _entries(self, files: FileChanges) -> Iterator[str]:
        """The files with posts and ideas, each named as it is written."""
        declared = {home.label for home in self.taken.homes}
        declared |= {each.label for each in self.session.files.desired.organizations}
        several = len(declared) > 1
        groups: dict[str, list[Taking]] = defaultdict(list)
        for taking in self.taken.takings:
            groups[self._name(taking, several=several)].append(taking)
        for name, takings in groups.items():
            label = takings[0].organization.label if several else None
            yield self._file(files, name, takings, label)

    def _name(self, taking: Taking, *, several: bool) -> str:
        folders = [taking.organization.label] if several else []
        if self.one_file:
            return file_name(*folders, "imported")
        if taking.channel is None:
            return file_name(*folders, "ideas")
        return file_name(*folders, f"{taking.channel.live.service.value} {taking.channel.live.name}")

    def _file(self, files: FileChanges, name: str, takings: list[Taking], organization: str | None) -> str:
        """Put entries into a file, or into a new one beside it where that cannot take them; the file's name."""
        additions = [taking.addition for taking in takings]
        number = 1
        while (path := self.root.parent / (wanted := _numbered(name, number))) in files.wanted or path.exists():
            if path not in files.wanted and wanted in self.session.files.desired.files:
                file = Text.read(path)
                if takes(file, organization):
                    files.put(path, file.data, file.with_text(file_with(file, additions, organization)))
                    return wanted
            number += 1
        files.put(path, None, new_file(additions, organization).encode())
        return wanted


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name.removesuffix('.yaml')}-{number}.yaml"
