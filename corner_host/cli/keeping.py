"""Where the secrets of a project are kept."""

from corner_host.configuration.sources.user_secrets import UserSecrets
from corner_host.hosting.environment import program_name

from .errors import CommandError, TargetError
from .invocation import Invocation
from .project import find_project
from .target import find_target


def secrets_of(invocation: Invocation) -> UserSecrets:
    """Return the secrets of the project around the working directory; the application is not loaded.

    Their id is ``[tool.corner-host] user-secrets-id``, else the name of the application.

    Raises:
        CommandError: There is neither.
    """
    chosen = find_project().tool.get("user-secrets-id")
    if isinstance(chosen, str) and chosen:
        return UserSecrets(chosen)
    if invocation.create_builder is not None:
        return UserSecrets(program_name())
    try:
        return UserSecrets(find_target(invocation).package)
    except TargetError as error:
        raise CommandError(
            f"It is not known whose secrets are meant. {error}\n"
            'Or: write user-secrets-id = "name" below [tool.corner-host] in pyproject.toml.'
        ) from None
