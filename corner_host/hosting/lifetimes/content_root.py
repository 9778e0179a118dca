"""Whether to tell a person that the program may have been started in the wrong folder."""

import os
from os import path

from corner_host.configuration import Configuration, ConfigurationRoot


def hint_about(content_root: str, configuration: Configuration) -> str:
    """Return a sentence when the content root is only the working directory and nothing expected is in it; else "".

    That is: it is the root of a file system, or configuration files are looked for there and none of them exists. Folders
    that cannot be read give no hint.
    """
    try:
        if content_root != os.getcwd():
            return ""
        looks_wrong = path.dirname(content_root) == content_root or _is_missing_its_files(content_root, configuration)
    except OSError:
        return ""
    if not looks_wrong:
        return ""
    return (
        f"Content root path is the current working directory ({content_root}), and no settings file was found in it. "
        "If that is not intended, set the content root with CORNER_CONTENTROOT, --contentRoot or use_content_root()."
    )


def _is_missing_its_files(content_root: str, configuration: Configuration) -> bool:
    if not isinstance(configuration, ConfigurationRoot):
        return False
    paths = [getattr(provider, "path", None) for provider in configuration.providers]
    below = path.join(content_root, "")
    files = [file for each in paths if hasattr(each, "__fspath__") and (file := str(each)).startswith(below)]
    return bool(files) and not any(path.exists(file) for file in files)
