"""The templates of all pages that are not notebooks."""

from __future__ import annotations

from pathlib import Path

TEMPLATES = Path(__file__).with_name("template")


def template(name: str):
    """Return a template; what it uses and is not given is an error."""
    import jinja2  # noqa: PLC0415

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, TEMPLATES / "page"]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    ).get_template(name)
