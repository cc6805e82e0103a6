"""Writes an import: the files first, then the state. Everything is undone if the files would be invalid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from bufferctl.config.write import (
    Edits,
    FileChanges,
    Text,
    file_name,
    file_with,
    for_one_entry,
    new_file,
    new_root,
    root_with,
    takes,
)
from bufferctl.errors import ConfigError
from bufferctl.intake.homes import root_zone
from bufferctl.intake.importing import Baseline, Intake, NewEntry, bindings_of
from bufferctl.model import Address, Desired, Home, Idea, Post, State
from bufferctl.reconcile import begin_homes, homes_of
from bufferctl.value import replace, value

#: Saves the state. Raises StateError.
Save = Callable[[State], None]
#: Reads the files again. Raises ConfigError, with the problems printed, if they have errors.
Reread = Callable[[], Desired]


@value()
class Writing:
    """Writes an import.

    `root` need not exist yet; `one_file`: one file for all channels. `begins` is Buffer's time less the settle time,
    the latest possible `managed_since` of a new root file. `whole`: all unsent posts are imported, so that the state of
    their channels can begin.
    """

    intake: Intake
    baseline: Baseline
    root: Path
    begins: datetime
    one_file: bool
    whole: bool

    def changes(self) -> tuple[FileChanges, list[str]]:
        """The changes to write, and the names of the files. Raises ConfigError."""
        files = FileChanges()
        return files, [*self._root(files), *self._entries(files)]

    def write(self, save: Save, reread: Reread) -> list[str]:
        """Write files and the state.

        Returns the names of the files. Raises ConfigError, StateError, with nothing changed.
        """
        files, names = self.changes()
        with files.attempt():
            items: dict[Address, Post | Idea] = {item.address: item for item in reread().items}
            self._check_included(items, names)
            new = {**self.intake.claimed, **bindings_of(self.intake.entries, items)}
            if new or self._begun():
                state = self.baseline.state
                save(begin_homes(replace(state, bindings={**state.bindings, **new}), self._begun(), self.begins))
        return names

    @property
    def _has_utm(self) -> bool:
        """Whether the root file adds parameters to links, which imported posts do not have."""
        return self.root.exists() and Edits(Text.read(self.root).text).root.get("utm") is not None

    def _check_included(self, items: Mapping[Address, Post | Idea], names: list[str]) -> None:
        if any(entry.address not in items for entry in self.intake.entries):
            raise ConfigError(
                f"{self.root.name} does not include {names[-1]}, so nothing was written",
                hint=f"Add `{names[-1]}` or `posts/**/*.yaml` to `include`.",
            )

    def _root(self, files: FileChanges) -> Iterator[str]:
        """Write a new root file, or add missing channels to the old one; its name if it changes."""
        root, homes = self.root, self.intake.homes
        if not root.exists():
            around = root_zone(self.intake.account, homes)
            entries = [home.entry(home.channels, self._tags(home.live.id), around) for home in homes]
            in_git = self.baseline.desired.settings.state is not None
            text = new_root(around, entries, managed_since=self._managed_since(), in_git=in_git)
            files.put(root, None, text.encode())
            yield root.name
            return
        used = {entry.channel.live.id for entry in self.intake.entries if entry.channel}
        filled = {entry.organization.live.id for entry in self.intake.entries}
        entries = []
        for home in homes:
            new = [each for each in home.channels if not each.declared and each.live.id in used]
            if new or (home.declared is None and home.live.id in filled):
                entries.append(home.entry(new, self._tags(home.live.id) if home.declared is None else None))
        since = self._managed_since()
        if entries or since:
            old = Text.read(root)
            files.put(root, old.data, old.with_text(root_with(old, entries, managed_since=since)))
            yield root.name

    def _begun(self) -> list[Home]:
        """Homes that are imported whole and that no file declared anything for: nothing there was ours before."""
        if not self.whole:
            return []
        before = {slot.home for slot in self.baseline.slots}
        channels = [channel.live for home in self.intake.homes for channel in home.channels]
        ideas = {each.slot.organization_id for each in self.intake.entries if each.channel is None}
        return [home for home in homes_of(channels, sorted(ideas)) if home.id not in before]

    def _managed_since(self) -> datetime | None:
        """A second before the earliest creation that is bound, if that is before what the root file says, else None.

        A root file that is there without `managed_since` gets none: what it declares may have been published before,
        and `bufferctl state begin` asks a person about that.
        """
        is_new = not self.root.exists()
        now = self.begins if is_new else self.baseline.desired.settings.managed_since
        if now is None:
            return None
        bound = [entry.live.created_at for entry in self.intake.entries]
        bound += [each.created for each in self.intake.claimed.values() if each.created]
        before = timedelta(seconds=1)  # what is created at that very instant would not count as created since
        earliest = min([now, *(each - before for each in bound)])
        return earliest if is_new or earliest < now else None

    def _tags(self, organization: str) -> dict[str, str]:
        """The tags of imported objects: once nothing in Buffer has a tag, only the file has its id."""
        live = [entry.live for entry in self.intake.entries if entry.organization.live.id == organization]
        return {tag.name: tag.id for item in live for tag in item.tags if tag.name.isprintable()}

    def _entries(self, files: FileChanges) -> Iterator[str]:
        declared = {home.label for home in self.intake.homes}
        declared |= {each.label for each in self.baseline.desired.organizations}
        several = len(declared) > 1
        alike = for_one_entry(entry.addition for entry in self.intake.entries)
        shared = {each.item.address for group in alike for each in group if len(group) > 1}
        groups: dict[str, list[NewEntry]] = defaultdict(list)
        for entry in self.intake.entries:
            groups[self._name(entry, shared, several=several)].append(entry)
        for name, entries in groups.items():
            yield self._file(files, name, entries, several=several)

    def _name(self, entry: NewEntry, shared: Collection[Address], *, several: bool) -> str:
        """The file of an entry: its channel's, or the one for equal posts on several channels (`shared`)."""
        folders = [entry.organization.label] if several else []
        if self.one_file:
            return file_name(*folders, "imported")
        if entry.channel is None:
            return file_name(*folders, "ideas")
        if entry.address in shared:
            return file_name(*folders, "shared")
        return file_name(*folders, f"{entry.channel.live.service.value} {entry.channel.live.name}")

    def _file(self, files: FileChanges, name: str, entries: list[NewEntry], *, several: bool) -> str:
        """Add entries to a file, or to a new one beside it if the file cannot take them; the file's name."""
        organization = entries[0].organization.label
        additions = [entry.addition for entry in entries]
        number, wanted = 1, name
        while (path := self.root.parent / wanted) in files.wanted or path.exists():
            if path not in files.wanted and wanted in self.baseline.desired.files:
                file = Text.read(path)
                if takes(file, organization):
                    text = file_with(file, additions, organization if several else None, no_utm=self._has_utm)
                    files.put(path, file.data, file.with_text(text))
                    return wanted
            number += 1
            wanted = f"{name.removesuffix('.yaml')}-{number}.yaml"
        may_be_several = several or len(self.intake.account.organizations) > 1  # if another one is imported later
        named = organization if may_be_several else None
        files.put(path, None, new_file(additions, named, no_utm=self._has_utm).encode())
        return wanted
