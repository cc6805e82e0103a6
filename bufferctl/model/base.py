"""The building blocks of the file format's models: a base class, and scalar types that parse the text of YAML scalars.

YAML values reach the models as text (so `no`, `on` and `12:30` stay text); the scalar types parse it strictly into the
API's types: `true` and `false` are the only booleans, and an instant must look like a date. Their JSON Schema describes
the value as an editor reads it (`true` is a boolean there).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import Enum, auto
from functools import cache, partial
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetPydanticSchema,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import with_info_plain_validator_function

from bufferctl.git import COMMIT
from bufferctl.model.about import About
from bufferctl.model.address import KEY_PATTERN

D = TypeVar("D", date, datetime)

_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
#: An offset that some place has: a range of times, `14:00-15:30`, is none.
OFFSET_PATTERN = r"(\+(0[0-9]|1[0-4]):?(00|30|45)|-(0[0-9]|1[0-2]):?(00|30))"
_INSTANT_PATTERN = (
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[Tt ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]+)?)? ?([Zz]|{OFFSET_PATTERN})?"
)
_INSTANT = re.compile(_INSTANT_PATTERN)
#: Days before or after the day that a file's `starts` names, and a local time.
_FROM_START_PATTERN = r"start[+-][0-9]{1,4}d [0-9]{2}:[0-9]{2}(:[0-9]{2})?"
_FROM_START = re.compile(_FROM_START_PATTERN)
_ZONED_PATTERN = _INSTANT_PATTERN.removesuffix("?")
_DAY_PATTERN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
#: A variable may come first; config checks again once it is replaced.
_WEB_PATTERN = r"([Hh][Tt][Tt][Pp][Ss]?://[^\s/]|\$\()\S*"
#: Beyond these, an offset can leave the range of datetime.
_FIRST_YEAR, LAST_YEAR = 2000, 2999
_YEARS = f"must be in a year between {_FIRST_YEAR} and {LAST_YEAR}"
#: The type of an error that is only a consequence of another one that is reported.
FOLLOWS = "follows"


class ValueForm(Enum):
    """What a text should have been that a field does not take, where a hint may say what to write instead."""

    TRUTH = auto()
    CHANNELS = auto()  # or true, or false
    WHOLE_NUMBER = auto()
    KEY = auto()
    URL = auto()
    INTERVAL = auto()
    DAY = auto()  # perhaps with a time
    MOMENT = auto()
    EXISTING_MOMENT = auto()
    ONE_MOMENT = auto()  # not two
    FROM_START = auto()  # a time that is counted from `starts`
    START = auto()  # the day to count from


class UnfitError(ValueError):
    """A text that a field does not take; the message says so without a subject: `must be …`, `is …`."""

    def __init__(self, message: str, form: ValueForm | None = None) -> None:
        super().__init__(message)
        self.form = form


class Model(BaseModel):
    """A model of the files: fields are snake_case there; `model_dump(by_alias=True)` gives the API's camelCase.

    `defer_build`: only the models that a file is read with build their own validator (this halves the start-up time).
    The text below a field is its description, in the JSON Schema and in hints (read by `config/format/models.py`).
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=False,
        loc_by_alias=False,
        defer_build=True,
    )


def _later(source: Any, _: GetCoreSchemaHandler) -> CoreSchema:
    reader = cache(partial(TypeAdapter[Any], source))
    return with_info_plain_validator_function(
        lambda value, info: reader().validate_python(value, context=info.context),
        metadata={"pydantic_js_annotation_functions": [lambda _, handler: handler(reader().core_schema)]},
    )


#: For a field that few files have: what reads it is built when the first one does.
LATER = GetPydanticSchema(_later)


def _in_range(moment: D) -> D:
    if not _FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise UnfitError(_YEARS)
    return moment


#: An aware instant that every time zone can express, read from one of bufferctl's own files.
Aware = Annotated[AwareDatetime, AfterValidator(_in_range)]
#: A number of seconds between two such instants.
Seconds = Annotated[float, Field(ge=0, le=10**9)]


def reading(
    pattern: str,
    otherwise: str,
    read: Callable[[re.Match[str]], Any] = lambda found: found[0],
    form: ValueForm | None = None,
) -> Callable[[Any], Any]:
    """A validator that reads a text of this pattern and passes on what is no text.

    `otherwise` and `form` are those of the UnfitError that it raises.
    """
    compiled = re.compile(pattern)

    def validate(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = compiled.fullmatch(value)
        if not found:
            raise UnfitError(otherwise, form)
        return read(found)

    return validate


def text_schema(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


def truth(value: Any) -> Any:
    """A truth value, from its text. Raises ValueError."""
    if isinstance(value, str):
        if value not in _TRUTH:
            raise UnfitError("must be true or false", ValueForm.TRUTH)
        return _TRUTH[value]
    return value


def _when(value: Any, info: ValidationInfo) -> Any:
    """`info.context.starts`: the day that `start+2d` is counted from; absent if the file gives none."""
    if isinstance(value, str) and value[:5].lower() == "start":
        return _from_start(value, getattr(info.context, "starts", None))
    return _date_and_time(value)


def _from_start(value: str, starts: date | str | None) -> datetime:
    if not _FROM_START.fullmatch(value):
        raise UnfitError(
            "must be counted from `starts` in days, with a local time: start+2d 12:00", ValueForm.FROM_START
        )
    if starts is None:
        raise UnfitError("is counted from `starts`, which this file does not have", ValueForm.START)
    if isinstance(starts, str):
        raise PydanticCustomError(FOLLOWS, "`starts` is wrong")
    days, time = value.removeprefix("start").split("d ")
    try:
        day = starts + timedelta(days=int(days))
    except OverflowError:
        raise UnfitError(_YEARS) from None
    when: datetime = _date_and_time(f"{day} {time}")
    return when


def _date_and_time(value: Any) -> Any:
    """Parse a date and a time, with an offset from UTC or without one; what is no text stays. Raises ValueError."""
    if isinstance(value, str):
        if not _INSTANT.fullmatch(value):
            raise UnfitError("must be a date and a time such as 2026-12-01 09:00", ValueForm.MOMENT)
        try:
            is_short = len(value) == len("2026-12-01 09:00")
            plain = value if is_short else value.upper().replace(" +", "+").replace(" -", "-").replace(" Z", "Z")
            when = datetime.fromisoformat(plain)
        except ValueError:
            raise UnfitError("is a date or a time that does not exist", ValueForm.EXISTING_MOMENT) from None
        if not is_short and value[10] == " ":  # `09:00-10:00` may mean until ten; with a `T` it is Honolulu's offset
            lasts = -(when.utcoffset() or timedelta()) - timedelta(hours=when.hour, minutes=when.minute)
            if timedelta() < lasts <= timedelta(hours=3):
                raise UnfitError("must be one time, and this may be when it begins and ends", ValueForm.ONE_MOMENT)
        return _in_range(when)
    return value


def _written(value: str) -> str:
    if value:
        _in_range(_zoned(datetime.fromisoformat(value)))
    return value


def _zoned(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise UnfitError("must name its time zone, such as 2026-12-01T09:00:00Z or 2026-12-01T09:00:00+01:00")
    return value


def _moment(value: Any) -> Any:
    if not isinstance(value, str) or _INSTANT.fullmatch(value):
        return _date_and_time(value)
    if not re.fullmatch(_DAY_PATTERN, value):
        raise UnfitError(
            "must be a day such as 2026-12-24, or a day and a time such as 2026-12-24 09:00", ValueForm.DAY
        )
    return day_of(value)


def day_of(value: Any) -> date:
    """Parse a day. Raises ValueError."""
    if not isinstance(value, str) or not re.fullmatch(_DAY_PATTERN, value):
        raise UnfitError("must be a day such as 2027-01-11", ValueForm.DAY)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise UnfitError("is a day that does not exist") from None
    return _in_range(day)


Flag = Annotated[bool, BeforeValidator(truth, json_schema_input_type=bool)]
_whole = reading(r"[-+]?[0-9]{1,18}", "must be a whole number", lambda found: int(found[0]), ValueForm.WHOLE_NUMBER)
#: Stands behind the bounds of a number that has some: pydantic has words of its own for bounds in front of it.
READS_WHOLE = BeforeValidator(_whole)
Whole = Annotated[int, READS_WHOLE]
_decimal = reading(r"[-+]?[0-9]{1,18}(\.[0-9]{1,18})?", "must be a number", lambda found: float(found[0]))
Decimal = Annotated[float, BeforeValidator(_decimal, json_schema_input_type=float)]
#: A date and a time; without an offset it is local time, and config gives it its zone. A file with `starts` may also
#: count days from it (design: Campaigns).
When = Annotated[
    datetime, BeforeValidator(_when), text_schema(f"({_INSTANT_PATTERN}|{_FROM_START_PATTERN})"), About(instant=True)
]
#: A whole day.
Day = Annotated[date, BeforeValidator(day_of), text_schema(_DAY_PATTERN)]
#: A date and a time with its offset from UTC.
Instant = Annotated[datetime, BeforeValidator(_date_and_time), AfterValidator(_zoned), text_schema(_ZONED_PATTERN)]
#: A whole day, or a day and a time like `When`.
Moment = Annotated[datetime | date, BeforeValidator(_moment), text_schema(f"({_DAY_PATTERN}|{_INSTANT_PATTERN})")]
#: A URL; rules check whether it is https.
_web = reading(_WEB_PATTERN, "must be a URL that starts with https://, without spaces", form=ValueForm.URL)
Url = Annotated[str, AfterValidator(_web), text_schema(_WEB_PATTERN), About(takes_variables=True)]
#: Text for people; that of a post takes variables if it is `Prose`.
Words = Annotated[str, About(prose=True)]
Prose = Annotated[str, About(prose=True, takes_variables=True)]
#: An aware instant as text, ISO 8601, empty for none.
WrittenInstant = Annotated[str, AfterValidator(_written)]
#: The id of a commit, empty for none. git gets it as an argument.
Commit = Annotated[str, Field(pattern=f"^({COMMIT})?$")]
#: Text that must not be empty.
Filled = Annotated[str, Field(min_length=1)]
_key = reading(
    KEY_PATTERN,
    "must be made of a to z, 0 to 9, `.`, `_` and `-`, begin with a letter or a digit, and be at most 64 long",
    form=ValueForm.KEY,
)
#: The key of a declared object (design: The files).
Key = Annotated[
    str, AfterValidator(_key), WithJsonSchema({"type": ["string", "integer"], "pattern": f"^{KEY_PATTERN}$"})
]
