"""People's corrections of claims that were only guessed, by a time or by the place in a series (design: Matching).

All corrections of the files are made together, before any binding, so that two entries may exchange their posts.
"""

from __future__ import annotations

from collections.abc import Iterable

from bufferctl.model import LetGo, Likeness, Question, Slot
from bufferctl.model.state import ANY
from bufferctl.reconcile.horizons import EARLIEST
from bufferctl.reconcile.matches import Declared
from bufferctl.reconcile.scene import Scene
from bufferctl.value import replace


def without_corrected(scene: Scene, declared: Iterable[Declared]) -> tuple[Scene, dict[Slot, str]]:
    """The scene without the guessed claims that an `existing` of the files corrects, and their slots' former claims.

    An object that no address takes stays in question for every address. A declared address that only loses its claim is
    asked about, since it may have been published as something else.
    """
    bindings = scene.state.bindings
    if not any(binding.guessed for binding in bindings.values()):
        return scene, {}
    by_slot = {each.slot: each for each in declared}
    takes = {slot: each.item.existing or "" for slot, each in by_slot.items() if _corrects(scene, each)}
    owners = {scene.claimed[id_] for id_ in takes.values() if id_ in scene.claimed}
    lost = owners | {slot for slot in takes if slot in bindings and bindings[slot].guessed}
    if not lost:
        return scene, {}
    ids = {bindings[slot].id: (slot.home, bindings[slot].created or EARLIEST) for slot in lost}
    freed = {id_: LetGo(*of, key=ANY) for id_, of in ids.items() if id_ not in takes.values()}
    asked = {
        slot: Question(Likeness.LOST, {bindings[slot].id: ids[bindings[slot].id][1]}, content=each.fingerprint.content)
        for slot, each in by_slot.items()
        if slot in lost and slot not in takes
    }
    state = replace(
        scene.state,
        bindings={slot: binding for slot, binding in bindings.items() if slot not in lost},
        questions={**scene.state.questions, **asked},
        let_go={**scene.state.let_go, **freed},
    )
    return replace(scene, state=state), {slot: bindings[slot].id for slot in lost}


def _corrects(scene: Scene, declared: Declared) -> bool:
    """Whether `existing` names another object than the one of `declared`, and no certain claim is on either of them."""
    bindings, id_ = scene.state.bindings, declared.item.existing or ""
    item, own, owner = scene.by_id.get(id_), bindings.get(declared.slot), scene.claimed.get(id_)
    if item is None or item.home != declared.slot.home or owner == declared.slot:
        return False
    is_open = own is None or own.guessed or own.id in scene.live.gone
    return is_open and (owner is None or bindings[owner].guessed)
