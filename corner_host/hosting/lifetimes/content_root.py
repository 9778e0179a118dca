"""Whether to tell a person that the program may have been started in the wrong folder."""

from pathlib import Path

from corner_host.configuration import Configuration, ConfigurationRoot


def hint_about(content_root: str, configuration: Configuration) -> str:
    """Return a sentence when the content root is only the working directory and nothing expected is in it; else "".

    That is: it is the root of a file system, or configuration files are looked for there and none of them exists. Folders
    that cannot be read give no hint.
    """
    try:
        if content_root != str(Path.cwd()):
            return ""
        looks_wrong = Path(content_root).parent == Path(content_root) or _is_missing_its_files(
            content_root, configuration
        )
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
    files = [path for path in paths if isinstance(path, Path) and path.is_relative_to(content_root)]
    return bool(files) and not any(file.exists() for file in files)
