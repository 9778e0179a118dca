"""Python's root logger, shared by the hosts of this process. Only this file changes it.

The root's level is lowered to what the hosts want to see and never raised; with the last host it goes back to
what it was, unless somebody else has set it meanwhile. Handlers of others stay where they are. One host
owns the console: the youngest that has one.
"""

import logging
import threading
import warnings

from .pipeline import Pipeline

_lock = threading.RLock()
_attached: list[Pipeline] = []
_level_before = logging.NOTSET
_level_set: int | None = None
_captures_warnings = False


def attach(pipeline: Pipeline) -> None:
    """Attach *pipeline* and give it the console."""
    global _level_before  # noqa: PLW0603 - the root logger is one for the process, and so is what is known about it
    root = logging.getLogger()
    with _lock:
        if not _attached:
            _level_before = root.level
        _attached.append(pipeline)
        _share_console()
        root.addHandler(pipeline)
        refresh()


def detach(pipeline: Pipeline) -> None:
    """Take *pipeline* away; with the last one the level goes back to what it was."""
    global _level_set  # noqa: PLW0603 - as above
    root = logging.getLogger()
    with _lock:
        if pipeline not in _attached:
            return
        _attached.remove(pipeline)
        root.removeHandler(pipeline)
        if not _attached and root.level == _level_set:
            root.setLevel(_level_before)
            _level_set = None
        refresh()
        _share_console()


def refresh() -> None:
    """Lower the root's level as far as the hosts want, and capture warnings as long as one of them wants."""
    global _level_set, _captures_warnings  # noqa: PLW0603 - as above
    root = logging.getLogger()
    with _lock:
        if _attached:
            before = _level_before if root.level == _level_set else root.level
            _level_set = min(before, *(pipeline.floor for pipeline in _attached))
            root.setLevel(_level_set)
        wanted = any(pipeline.wants_warnings for pipeline in _attached)
        if wanted and not _captures_warnings and warnings.showwarning.__module__ != "logging":
            _captures_warnings = True
            logging.captureWarnings(capture=True)
        elif _captures_warnings and not wanted:
            _captures_warnings = False
            logging.captureWarnings(capture=False)


def _share_console() -> None:
    writers = [pipeline for pipeline in _attached if pipeline.has_console]
    for pipeline in writers:
        pipeline.use_console(owned=pipeline is writers[-1])
