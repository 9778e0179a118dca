"""How the engine makes things: what only it promises."""
