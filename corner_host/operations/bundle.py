"""A zip file for a support case."""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from .encoding import as_json


def bundle(parts: Mapping[str, Any]) -> bytes:
    """Return *parts* as a zip file: text as it is, all else as JSON. Compresses, so it belongs into a thread."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            text = part if isinstance(part, str) else json.dumps(as_json(part), indent=2, ensure_ascii=False)
            archive.writestr(name, text)
    return file.getvalue()
