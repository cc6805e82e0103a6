"""Lives in which people answer, drawn and run to their end (`obeying`, `obeying_steps`)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from tests.lives.endpoint import Server
from tests.lives.judge import Broken
from tests.lives.life import Setting, begin
from tests.lives.obeying import LABELS, Obeying
from tests.lives.obeying_steps import EDITS, OTHERS

#: How many answers a life may take at its end.
ROUNDS = 60


@dataclass(frozen=True)
class Script:
    """A drawn life; each step has its own seed, so that leaving one out does not change the others."""

    seed: int
    persona: str
    managed_since: bool
    steps: tuple[tuple[str, int], ...]


def draw(seed: int) -> Script:
    """The life of a seed: 15 to 30 steps."""
    rng = random.Random(seed)  # noqa: S311 - a drawn life, not a secret
    some = (rng.choice(EDITS if rng.random() < 0.5 else OTHERS).__name__ for _ in range(rng.randint(13, 28)))
    names = ["add", "add_series", *some]
    persona = rng.choice(["honest", "honest", "honest", "careful", "careless", "silent"])
    steps = tuple((name, rng.getrandbits(32)) for name in names)
    return Script(seed, persona, rng.random() < 0.7, steps)


def live(script: Script, server: Server) -> list[str]:
    """Run a life to its end; returns the log. Raises Broken with the log so far."""
    with begin(Setting(0), server) as house:
        life = Obeying(house.world, script.persona, random.Random(script.seed), script.managed_since)  # noqa: S311 - drawn, not a secret
        try:
            for name, seed in script.steps:
                life.rng = random.Random(seed)  # noqa: S311 - drawn, not a secret
                _take(life, name)
            _end(life)
        except Broken as broken:
            happened = "\n".join([f"{script.seed}: {script.persona}, managed_since: {script.managed_since}", *life.log])
            raise Broken(f"{broken}\n{happened}\n{life.world.log[-1]}") from broken
        return life.log


#: Reasons for which people are asked what they did not cause.
IN_VAIN = frozenset({"ambiguous", "adopted", "unsettled", "unread", "diverged"})
#: What else happens in a year in which the state is never lost.
USUAL = [each for each in OTHERS if not each.__name__.startswith(("the_state", "taken_from"))]


def asked_in_vain(seed: int, server: Server, weeks: int) -> list[str]:
    """Work for so many weeks, twice a week, with the state whole: what somebody is asked in vain, by quarter."""
    with begin(Setting(0), server) as house:
        rng = random.Random(seed)  # noqa: S311 - drawn, not a secret
        life = Obeying(house.world, "honest", rng, managed_since=True, is_tidy=True)
        found: dict[tuple[str, str], str] = {}
        for half in range(2 * weeks):
            step = rng.choice(EDITS if rng.random() < 0.6 else USUAL)
            life.log.append(f"{step.__name__} {step(life)}")
            life.write()
            life.apply()
            for each in life.plan():
                if each["action"] == "hold" and each["reason"] in IN_VAIN:
                    said = f"{half // 26}: {each['address']} ({each['reason']}): {each['message']}"
                    found.setdefault((each["address"], each["reason"]), "\n".join([said, *life.log[-6:]]))
            life.answer()
            life.world.endpoint.pass_time(302_400)
        return list(found.values())


def _take(life: Obeying, name: str) -> None:
    """A step, then an apply and one answer."""
    step = next(each for each in (*EDITS, *OTHERS) if each.__name__ == name)
    if step in EDITS and life.is_lost:
        life.apply()  # what was edited meanwhile could not be recognized
        if life.persona != "silent":
            life.answer()
    said = step(life)
    life.log.append(f"{name} {said}")
    life.write()
    if step in EDITS:
        life.apply()
    if life.persona != "silent" and not life.is_lost:
        life.answer()


def _end(life: Obeying) -> None:
    """All questions are answered; then each entry whose time is to come is in Buffer, once, as the files say."""
    life.log.append("the end")
    life.world.endpoint.pass_time(7200)  # what was deleted a moment ago counts as deleted
    life.apply()
    life.apply()
    if life.persona != "honest":
        return
    for _ in range(ROUNDS):
        if not life.answer():
            break
    else:
        raise Broken("no end of questions")
    held = {each["address"]: each for each in life.plan() if each["action"] == "hold"}
    for entry, number, service in life.wanted():
        due = entry.due(number, service)
        key = entry.key + (f"-{number}" if number else "")
        address = f"Acme/{LABELS[service]}/{key}"
        if (due is None or due > life.account.now + timedelta(minutes=5)) and not life.posts(
            service, entry.token_of(number)
        ):
            why = held.get(address, {}).get("message", "and nothing is said")
            raise Broken(f"{address} is not in Buffer: {why}")
    if held:
        first = next(iter(held.values()))
        raise Broken(f"no true answer to {first['address']} ({first['reason']}): {first['message']} {first['hint']}")
