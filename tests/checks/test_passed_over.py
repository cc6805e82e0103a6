"""Quick tests spare nearly all texts the rules: no trouble is passed over, whatever it is and wherever in a post."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bufferctl.checks.wrong_year import wrong_year_findings
from bufferctl.model.day_names import MONTHS, WEEKDAYS
from tests.checks.posts import codes, image, post
from tests.fuzzing import examples
from tests.model.test_invisible import HIDDEN

#: What nearly all texts consist of.
WORDS = ["Week", "48,", "12:30", "Größe", "\N{ROCKET}", "“quoted”", "\N{EN DASH}", "日本語", "#gitops", "a_b", "AT&T",
         "\n", "https://acme.example/a_b?utm_source=x&utm_medium=y", "\u2764\ufe0f", "(2030)", "DO", "[",
         "https://a.example/?u=http://b.example"]  # fmt: skip
#: Trouble, by the rule that it is for.
TROUBLE = {
    "BC102": ["http://acme.example", "HTTP://ACME.EXAMPLE", "Http://acme.example"],
    "BC107": [f"in{hidden}visible" for hidden in (*HIDDEN, "\U0001bca0") if not hidden.isascii()],
    "BC108": ["[news](https://acme.example)", "*so*", "**so**", "_so_", "__so__"],
    "BC109": ["<b>", "</B>", "<br/>", "&amp;", "&#8211;", "&#x2014;"],
    "BC114": ["{{name}}", "[insert link]", "[YOUR NAME]", "TODO:", "TO-DO:", "Lorem ipsum", "LOREM IPSUM"],
}
WHERE = ("text", "alt_text", "first_comment")

words = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


@settings(max_examples=examples(1_000))
@given(words, st.sampled_from([(code, each) for code, texts in TROUBLE.items() for each in texts]), words,
       st.sampled_from(WHERE))  # fmt: skip
def test_trouble_in_a_text(before: str, trouble: tuple[str, str], after: str, where: str) -> None:
    """Its rule alone finds it, among ordinary words, in the text, below a picture, or in the first comment."""
    code, written = trouble
    fields = dict.fromkeys(WHERE, "A") | {where: f"{before} {written} {after}"}
    metadata = {"first_comment": fields["first_comment"]} if where == "first_comment" else None
    made = post("facebook", fields["text"], assets=[image(alt_text=fields["alt_text"])], metadata=metadata)
    assert set(codes(made)) == {code}


@given(words)
def test_ordinary_words(text: str) -> None:
    """No rule finds anything."""
    assert codes(post("facebook", text, assets=[image(alt_text=f"A {text}")])) == []


def _as_written(day: date, weekday: str, month: str) -> list[str]:
    """A day with its weekday, as people write it."""
    number, year = day.day, f", {day.year}"
    dates = [f"{number} {month}", f"{number}. {month}", f"{number}th of {month}", f"{month} {number}"]
    return [
        each.format(f"{date}{more}", weekday)
        for each, date, more in product(("{1}, {0}", "{1} {0}", "{0} ({1})"), dates, ("", year))
    ]


@settings(max_examples=examples(1_000))
@given(st.dates(date(2028, 1, 1), date(2032, 12, 31)), st.sampled_from((-1, 1)), st.data(), words, words)
def test_a_day_of_another_year(due: date, years: int, data: st.DataObject, before: str, after: str) -> None:
    """Found by its weekday, in whatever language and order the day is named."""
    assume((due.month, due.day) != (2, 29))
    weekday = due.replace(year=due.year + years).weekday()
    weekdays = [name for name, number in WEEKDAYS.items() if number == weekday]
    months = [name for name, number in MONTHS.items() if number == due.month]
    case = data.draw(st.sampled_from((str.title, str.upper)))
    named = _as_written(due, case(data.draw(st.sampled_from(weekdays))), case(data.draw(st.sampled_from(months))))
    text = f"{before} {data.draw(st.sampled_from(named))} {after}"
    at = datetime(due.year, due.month, due.day, 12, tzinfo=UTC)
    found = list(wrong_year_findings([(post("twitter", text, due_at=at), at.timestamp())], None, None))
    assert [each.rule.code for each in found] == ["BC112"], text
