"""A pydantic model on its way from its defaults to a value that is valid.

Sections and code fill them in, in any order, and each may supply a part of what is required. So nothing is refused before
the end, unless a text does not convert. Every value passes its field's validation exactly once, since a validator may change
what it is given: values of a section when they are bound, values from code at the end, defaults not at all. Then what judges
the model as a whole runs, once.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar, cast, final

import corner_host.configuration
from corner_host.configuration import Configuration, ConfigurationBindingError, ConfigurationSection

from .draft import Draft
from .models import (
    as_whole,
    blank,
    details_of,
    in_parts,
    is_merged,
    is_pydantic,
    missing_fields,
    pascal,
    squeezed,
    with_values,
)

T = TypeVar("T")

_UNSET = object()


class _Complaint(NamedTuple):
    value: object
    texts: tuple[str, ...]


@final
class ModelDraft(Draft[T]):
    """Options of a pydantic model while they are filled in."""

    def __init__(self, kind: type[T]) -> None:
        super().__init__(kind, blank(kind))
        self._defaults = dict(self._values)
        self._settled = dict(self._values)
        self._is_pristine = True
        self._is_bound = False
        self._is_whole = False
        self._path = ""
        self._complaints: dict[str, _Complaint] = {}

    @property
    def _values(self) -> dict[str, Any]:
        return self.options.__dict__

    def replace(self, options: T) -> None:
        """Go on with what code has made of the options."""
        self._is_pristine = False
        self.options = options

    def fill(self, section: Configuration) -> None:
        """Set what *section* holds; what is missing or breaks a constraint may still be put right.

        Raises:
            ConfigurationBindingError: A value does not convert to its field's type.
        """
        self._path = section.path if isinstance(section, ConfigurationSection) else ""
        error: ConfigurationBindingError | None = None
        if self._is_pristine:
            try:
                found = section.get(self._kind)
            except ConfigurationBindingError as refused:
                error = refused
            else:
                if found is not None:
                    self._take_whole(found)
                return
        self._fill_in_parts(section, error)

    def complete(self) -> list[str]:
        """Finish the options and return what is wrong with them."""
        failures = [text for name in missing_fields(self.options) for text in self._missing(name)]
        changed = [name for name, value in self._values.items() if value is not self._settled.get(name, _UNSET)]
        if not self._is_bound and not failures:
            failures = self._judge(lambda: self._validate_anew(changed))
        elif changed or failures or not self._is_whole:
            for name in changed:
                failures += self._judge(partial(self._validate_field, name))
            if not failures:
                failures = self._judge(self._validate_whole)
        return list(dict.fromkeys(failures))

    # --- filling ------------------------------------------------------------------------------------------------------

    def _take_whole(self, options: T) -> None:
        self.options = options
        self._settled = dict(self._values)
        self._is_pristine = False
        self._is_bound = self._is_whole = True

    def _fill_in_parts(self, section: Configuration, error: ConfigurationBindingError | None) -> None:
        """Bind on an empty model, so that only what the section holds is validated; nested values are merged into."""
        self._is_pristine = False
        part: Any = with_values(in_parts(self._kind), {})
        part.__dict__.update({name: self._values[name] for name in self._values if is_merged(self.options, name)})
        before = dict(part.__dict__)
        try:
            section.bind(part)
        except ConfigurationBindingError as refused:
            if not self._convert(section):
                raise error or refused from None
            error = error or refused
        else:
            found = {name: value for name, value in part.__dict__.items() if value is not before.get(name, _UNSET)}
            self._values.update(found)
            self._settled.update(found)
            self._is_bound = True
        self._is_whole = False
        for failure in () if error is None else error.errors:
            self._remember(failure)

    def _convert(self, section: Configuration) -> bool:
        """Set each field by its bare type, to be validated at the end; returns whether every text converts."""
        fields: dict[str, tuple[str, Any]] = {}
        for name, field in self._kind.model_fields.items():
            alias = field.validation_alias
            fields[squeezed(alias if isinstance(alias, str) else name)] = name, field
        for child in section.get_children():
            if found := fields.get(squeezed(child.key)):
                try:
                    value = child.get(found[1].annotation)
                except ConfigurationBindingError:
                    return False
                if value is not None:
                    self._values[found[0]] = value
        return True

    def _remember(self, failure: "corner_host.configuration.BindingFailure") -> None:
        """Keep what the binding says of a field: it knows key, value and source."""
        below = failure.key[len(self._path) + 1 :] if self._path else failure.key
        key = squeezed(below.partition(":")[0])
        for name, field in self._kind.model_fields.items():
            if key in {squeezed(name), squeezed(str(field.validation_alias))}:
                value = self._values.get(name, _UNSET)
                earlier = self._complaints.get(name)
                texts = earlier.texts if earlier is not None and earlier.value is value else ()
                self._complaints[name] = _Complaint(value, (*texts, str(failure)))

    # --- judging ------------------------------------------------------------------------------------------------------

    def _validate_anew(self, changed: list[str]) -> None:
        """Make the model from what code has set; defaults stay, also those that were changed in place."""
        kind = cast("Any", type(self.options))
        values = self._values
        made = kind.model_validate({name: values[name] for name in changed}, by_alias=False, by_name=True)
        made.__dict__.update({name: value for name, value in values.items() if name not in changed})
        self.options = made

    def _validate_field(self, name: str) -> None:
        part: Any = with_values(in_parts(self._kind), dict(self._values))
        part.__pydantic_validator__.validate_assignment(part, name, self._values[name])
        self._values[name] = part.__dict__[name]

    def _validate_whole(self) -> None:
        kind = cast("Any", type(self.options))
        judged: Any = as_whole(kind).model_validate(self._values, by_alias=False, by_name=True)
        extra = getattr(self.options, "__pydantic_extra__", None)
        values = judged.__dict__
        by_hand = [name for name, value in values.items() if value is not self._defaults.get(name, _UNSET)]
        private = judged.__pydantic_private__
        self.options = with_values(kind, values, set_by_hand=by_hand, extra=extra, private=private)

    def _missing(self, name: str) -> list[str]:
        if told := self._told(name):
            return told
        if self._path:
            return [f"{self._path}:{pascal(name)}: is missing, but the field {name} is required."]
        return [f"{self._kind.__name__}.{name}: Field required"]

    def _judge(self, validate: Callable[[], object]) -> list[str]:
        """Return what pydantic finds wrong, in the words of the binding where it has met that value before."""
        try:
            validate()
        except Exception as error:
            if not is_pydantic(error):
                raise
            details = details_of(error, self._kind)
            return [text for field, own in details for text in self._told(field) or (own,)]
        return []

    def _told(self, field: str) -> list[str]:
        """Return what the binding has said of the value that the field still has."""
        complaint = self._complaints.get(field)
        return list(complaint.texts) if complaint and complaint.value is self._values.get(field, _UNSET) else []
