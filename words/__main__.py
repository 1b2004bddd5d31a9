"""`python -m words`: collect what is said, bring each `.po` file up to date, compile it; `compile`: only the last."""

from __future__ import annotations

import sys

from words import catalogues


def main(arguments: list[str]) -> None:
    """Do what is asked, and tell what is left to translate."""
    if arguments != ["compile"]:
        _update()
    for path in catalogues.compile_stale():
        print(f"compiled {path.relative_to(catalogues.ROOT)}")


def _update() -> None:
    from words.extraction import said

    template = said()
    for path in catalogues.sources():
        catalog = catalogues.read(path)
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogues.write(catalog, path)
        missing = [message.id for message in catalog if message.id and not all(_forms(message.string))]
        gone = [message.id for message in catalog.obsolete.values()]
        print(f"{path.relative_to(catalogues.ROOT)}: {len(catalog)} sentences, {len(missing)} not translated")
        for word, ids in (("not translated", missing), ("no longer said", gone)):
            print("".join(f"  {word}: {one!r}\n" for one in ids), end="")


def _forms(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...] | list[str]:
    return string if isinstance(string, tuple | list) else (string or "",)


main(sys.argv[1:])
