"""Options that follow their configuration."""

import inspect
import logging
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar, final

from corner_host.primitives import short_name_of

from .cache import OptionsCache
from .contracts import OptionsChangeSource, Registration
from .factory import OptionsFactory

T = TypeVar("T")

_log = logging.getLogger("corner_host.options")


@final
class OptionsMonitor(Generic[T]):
    """The options of a class as they are now.

    When the configuration changes, they are made anew and the listeners are called, in the thread that brought the change.
    If the new ones are not valid, the last good ones stay, one error record tells why, and no listener is called.

    Example:
        >>> from dataclasses import dataclass
        >>> from corner_host.configuration import ConfigurationManager
        >>> from corner_host.di import ServiceCollection
        >>> @dataclass
        ... class MailOptions:
        ...     port: int = 25
        >>> configuration = ConfigurationManager()
        >>> services = ServiceCollection().configure(MailOptions, configuration.get_section("Mail"))
        >>> monitor = services.build_service_provider().get_required_service(OptionsMonitor[MailOptions])
        >>> with monitor.on_change(lambda options, name: print("now", options.port)):
        ...     _ = configuration.add_in_memory_collection({"Mail:Port": "587"})
        now 587
        >>> monitor.current_value.port
        587
    """

    def __init__(
        self,
        options_type: type[T],
        factory: OptionsFactory[T],
        cache: OptionsCache[T],
        sources: Sequence[OptionsChangeSource[T]],
    ) -> None:
        self._type = options_type
        self._factory = factory
        self._cache = cache
        self._changing = threading.RLock()
        self._complaints: dict[str, str] = {}
        self._listeners: dict[_Listening[T], None] = {}
        self._registrations = [source.on_change(_Change(self, source.name)) for source in sources]

    @property
    def current_value(self) -> T:
        """The default-named options as they are now.

        Raises:
            OptionsValidationError: They have never been valid.
        """
        return self.get("")

    def get(self, name: str) -> T:
        """Return the options called *name* as they are now.

        Raises:
            OptionsValidationError: They have never been valid.
        """
        return self._cache.get_or_add(name, lambda: self._factory.create(name))

    def on_change(self, listener: Callable[[T, str], object], *, distinct: bool = False) -> Registration:
        """Have *listener* called with the new options and their name after each change.

        Args:
            listener: Called in the thread that brought the change. What it raises is logged.
            distinct: Call it only when the new options are not equal to those before.

        Returns:
            Ends the listening by ``close()``, or on leaving ``with``.

        Raises:
            TypeError: The listener is asynchronous, but that thread has no event loop; post to yours from a plain one.
        """
        if inspect.iscoroutinefunction(listener):
            message = (
                f"The listener {short_name_of(listener)} is asynchronous, but changes come from a thread without an event loop.\n"
                "To fix: pass a plain function that hands the options over, for example with LoopHandle.post."
            )
            raise TypeError(message)
        listening = _Listening(self._listeners, listener, distinct=distinct)
        self._listeners[listening] = None
        return listening

    def close(self) -> None:
        """Follow no more changes. The container calls this."""
        for registration in self._registrations:
            registration.close()
        self._registrations.clear()
        self._listeners.clear()

    def renew(self, name: str) -> None:
        """Make the options called *name* anew and tell the listeners."""
        with self._changing:
            before = self._cache.get(name)
            try:
                options = self._factory.create(name)
            except Exception as error:  # noqa: BLE001 - the thread that watches the files must live on
                self._complain(name, error, keeps=before is not None)
                return
            self._complaints.pop(name, None)
            self._cache.set(name, options)
        for listening in tuple(self._listeners):
            if not listening.distinct or before != options:
                listening.call(options, name)

    def renew_all(self) -> None:
        """Make the options of every name that was asked for anew."""
        for name in self._cache.names() or ("",):
            self.renew(name)

    def _complain(self, name: str, error: Exception, *, keeps: bool) -> None:
        """Write one record, also when several sources tell of the same change."""
        if not keeps:
            self._cache.remove(name)  # the next reader tries, and is told
        if self._complaints.get(name) == str(error):
            return
        self._complaints[name] = str(error)
        kept = "The last good values stay." if keeps else "There are no earlier values."
        _log.error(
            "%s%s could not be made anew after a change of the configuration. %s %s",
            short_name_of(self._type),
            f" named {name!r}" if name else "",
            kept,
            error,
            extra={"event_id": 1, "event_name": "OptionsReloadFailed"},
        )


@final
class _Change(Generic[T]):
    """What a change source calls."""

    def __init__(self, monitor: OptionsMonitor[T], name: str | None) -> None:
        self._monitor = monitor
        self._name = name

    def __call__(self) -> None:
        if self._name is None:
            self._monitor.renew_all()
        else:
            self._monitor.renew(self._name)


@final
class _Listening(Generic[T]):
    """A listener until it is closed."""

    def __init__(
        self, listeners: "dict[_Listening[T], None]", listener: Callable[[T, str], object], *, distinct: bool
    ) -> None:
        self._listeners = listeners
        self._listener = listener
        self.distinct = distinct

    def call(self, options: T, name: str) -> None:
        try:
            self._listener(options, name)
        except Exception:  # noqa: BLE001 - the other listeners have their turn
            _log.exception("A listener for changes of %s failed", short_name_of(type(options)))

    def close(self) -> None:
        """Call the listener no more."""
        self._listeners.pop(self, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
