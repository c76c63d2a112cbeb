"""What templates say of papers: the blocks of a sheet, and the papers of a record on its page."""

from typing import Any

from django import template

from kheo.papers import kinds
from kheo.papers.models import Paper
from kheo.papers.sheet import Block, Grid, Points
from kheo.papers.wording import letter

register = template.Library()


@register.inclusion_tag("papers/_blocks.html")
def sheet_blocks(blocks: list[Block]) -> dict[str, Any]:
    """The blocks of a sheet, each with its kind; points get their letters, cells whether they are numbers."""
    shown: list[tuple[str, Any]] = []
    for block in blocks:
        kind = type(block).__name__.lower()
        if isinstance(block, Points):
            shown.append((kind, [(letter(place), item) for place, item in enumerate(block.items)]))
        elif isinstance(block, Grid):

            def cells(row: Any, numeric: Any = block.numeric) -> list[tuple[str, bool]]:
                return [(cell, place in numeric) for place, cell in enumerate(row)]

            shown.append(
                (
                    kind,
                    {
                        "header": block.header,
                        "rows": [cells(row) for row in block.rows],
                        "total": cells(block.total) if block.total else None,
                        "widths": [f"{share * 100:.1f}" for share in block.shares],
                    },
                )
            )
        else:
            shown.append((kind, block))
    return {"blocks": shown}


@register.inclusion_tag("papers/_of_record.html", takes_context=True)
def papers_of(context: Any, record: Any, part: str = "") -> dict[str, Any]:
    """The papers of a record, and those the person may draft of it: two queries."""
    request = context["request"]
    post = getattr(request, "post", None)
    found = list(
        Paper.objects.visible_to(request.user).about(record, part).select_related("issuer").order_by("-pk")
    )
    begun = {paper.kind for paper in found if paper.is_open or paper.is_issued}
    offers = [
        kind
        for kind in kinds.kinds_of(record)
        if post is not None
        and kind.key not in begun
        and kind.has_part(record, part)
        and _may(kind, record, part, post)
    ]
    return {"papers": found, "offers": offers, "record": record, "part": part, "request": request}


def _may(kind: kinds.Kind, record: Any, part: str, post: Any) -> bool:
    from kheo.lib.refusals import Refused

    try:
        kind.check(record, part, post)
    except Refused:
        return False
    return True
