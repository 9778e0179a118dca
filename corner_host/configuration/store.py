"""What root, sections and manager share: the providers, the current picture of them, and who wants to know of changes.

Order of a change:
    1. Providers load, each replacing its values in one step.
    2. A new `Snapshot` is taken and swapped in with one assignment; readers take no lock.
    3. The callbacks of `changed` run, in the thread that caused the change, outside all locks.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Final, final

import corner_host.configuration as door

from .contracts import ConfigurationProvider, Registration
from .provider import Callbacks, KeyValueProvider
from .snapshot import Snapshot

_LOGGER: Final = logging.getLogger("corner_host.configuration")


@final
class Store:
    """The shared state of one configuration.

    Args:
        follow: Called, under the lock, with each new picture.

    Attributes:
        snapshot: The current picture.
        providers: The providers, the last one wins.
        changed: Callbacks for reloads.
        written: Callbacks for single values that were set; a configuration that chains this one uses them.
        secrets: Folded keys that were bound to secret types.
        completed: How many reloads there were in which all went well.
    """

    def __init__(self, follow: Callable[[Snapshot], object]) -> None:
        self.providers: tuple[ConfigurationProvider, ...] = ()
        self.snapshot = Snapshot(())
        self._follow = follow
        self.changed = Callbacks()
        self.written = Callbacks()
        self.secrets: set[str] = set()
        self.completed = 0
        self._failed = 0
        self._registrations: dict[int, list[Registration]] = {}
        self._lock = threading.RLock()
        self._quiet = False

    def use(self, providers: Sequence[ConfigurationProvider]) -> None:
        """Make *providers*, already loaded, the ones that count; those no longer used are closed."""
        with self._lock:
            gone = [provider for provider in self.providers if not any(provider is p for p in providers)]
            new = [provider for provider in providers if not any(provider is p for p in self.providers)]
            self.providers = tuple(providers)
            self._failed += sum(each.failures for each in gone if isinstance(each, KeyValueProvider))
            for provider in new:
                self._registrations[id(provider)] = self._subscribe(provider)
            self._swap()
        for provider in gone:
            self._let_go(provider)

    def reload(self) -> None:
        """Load all providers again, swap, notify.

        Raises:
            Exception: What a provider raised, alone or as a group; the others have been loaded, its values stay.
        """
        before = self.failed
        errors: list[Exception] = []
        for provider in self.providers:
            try:
                provider.load()
            except Exception as error:  # noqa: BLE001 - raised below, once the others are loaded
                errors.append(error)
        with self._lock:
            if self.failed == before:
                self._failed += len(errors)
                self.completed += not errors
            self._swap()
        self.notify(errors)

    @property
    def failed(self) -> int:
        """How often a source could not be loaded again, so that its last good values stayed in use."""
        return self._failed + sum(each.failures for each in self.providers if isinstance(each, KeyValueProvider))

    def set(self, key: str, value: str | None) -> None:
        """Set one value in every provider; no callback for changes runs."""
        with self._lock:
            if not self.providers:
                raise door.ConfigurationStateError(
                    f"The value of {key} cannot be set, because the configuration has no source. "
                    "To fix: add one, for example with add_in_memory_collection()."
                )
            self._quiet = True
            try:
                for provider in self.providers:
                    provider.set(key, value)
            finally:
                self._quiet = False
            self._swap()
        for callback in self.written:
            callback()

    def notify(self, errors: list[Exception] | None = None) -> None:
        """Run the callbacks for changes.

        Raises:
            Exception: What they or the caller's *errors* are, one alone or all as an ``ExceptionGroup``.
        """
        failed = list(errors or ())
        for callback in self.changed:
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - raised below, once all have run
                failed.append(error)
        if len(failed) == 1:
            raise failed[0]
        if failed:
            raise ExceptionGroup("Reloading the configuration failed in several places.", failed)

    def close(self) -> None:
        """Close the providers; values can still be read and set."""
        for provider in self.providers:
            self._let_go(provider)

    def _subscribe(self, provider: ConfigurationProvider) -> list[Registration]:
        registrations = [provider.on_reload(self._on_provider_reload)]
        if isinstance(provider, KeyValueProvider):
            registrations.append(provider.on_set(self._on_provider_set))
        return [registration for registration in registrations if registration is not None]

    def _let_go(self, provider: ConfigurationProvider) -> None:
        registrations = self._registrations.pop(id(provider), None)
        if registrations is None:  # closed already
            return
        for registration in registrations:
            registration.close()
        provider.close()

    def _swap(self) -> None:
        self.snapshot = snapshot = Snapshot(self.providers)
        self._follow(snapshot)

    def _on_provider_reload(self) -> None:
        with self._lock:
            self.completed += 1
            self._swap()
        try:
            self.notify()
        except Exception:
            # the thread that watches files must live on
            _LOGGER.exception("A callback for changes of the configuration failed.")

    def _on_provider_set(self) -> None:
        with self._lock:
            if self._quiet:
                return
            self._swap()
        for callback in self.written:
            callback()
