"""The code blocks of the README."""

import re
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, the first line's number, and the file that its first line may name."""

    language: str
    text: str
    line: int

    @property
    def file(self) -> str:
        """The name in a first line such as ``# shop.py`` or ``// appsettings.json``."""
        found = re.match(r"(?:#|//) ([\w.-]+)\n", self.text)
        return found[1] if found else ""


def blocks(language: str = "") -> list[Block]:
    """Return the README's blocks in order; only those in *language* if one is given."""
    text = README.read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    all_blocks = [Block(match[1], match[2], text.count("\n", 0, match.start()) + 2) for match in found]
    return [block for block in all_blocks if not language or block.language == language]
