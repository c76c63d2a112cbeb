"""What pages have published about Nghệ An: 60 initiatives, five criteria sets. Facts with their source."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from kheo.initiatives.models import Initiative
from kheo.places.loading import DISTRICTS_ENDED
from kheo.places.models import Area, Level
from kheo.plans.models import CriteriaSet, Criterion, Field, Movement
from kheo.reporting.models import ReportedFigure
from kheo.units.models import Unit

DATA = Path(__file__).parent / "data"


def read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def initiatives(movement: Movement) -> int:
    """Take in the published initiatives at their true places and years. Returns how many were new."""
    known = set(Initiative.objects.exclude(source_id="").values_list("source_id", flat=True))
    fields = {field.code: field for field in Field.objects.all()}
    new = 0
    for record in read("initiatives.json"):
        if record["id"] in known:
            continue
        area = place_of(record)
        subject_known = bool(record["owner_body"])
        Initiative.objects.known_from_publication(
            # Without a commune the year says too little: the record stays outside the yearly figures.
            year=record["year"] if area.level == Level.COMMUNE else None,
            movement=movement,
            name=record["name"],
            field=fields[record["field"]],
            area=area,
            owner=owner_of(area),
            owner_known=False,
            goal="",
            source_id=record["id"],
            source_url=record["source_url"],
            source_labelled=record["dan_van_kheo_label"],
            source_note=_note(record, subject_known),
        )
        new += 1
    return new


def place_of(record: dict[str, Any]) -> Area:
    """The commune the page names, as of its year; the province where it names none or several."""
    day = date(record["year"], 12, 31) if record["year"] else None
    if record["commune_code_2024"] and (day is None or day < DISTRICTS_ENDED):
        eve = min(day or date(2025, 6, 30), date(2025, 6, 30))
        found = Area.objects.communes().with_code(record["commune_code_2024"], eve).first()
        if found is None:
            # The code is of the list of 2024; before December 2024 another row may have borne it.
            found = Area.objects.communes().with_code(record["commune_code_2024"], date(2025, 6, 30)).first()
        if found is not None:
            return found
    if record["commune_code_2025"] and (day is None or day >= DISTRICTS_ENDED):
        found = Area.objects.communes().with_code(record["commune_code_2025"], DISTRICTS_ENDED).first()
        if found is not None:
            return found
    return Area.objects.get(level=Level.PROVINCE)


def owner_of(area: Area) -> Unit:
    """The Party committee of the place stands in where the page does not say who carried it out."""
    return Unit.objects.filter(area=area, key__in=["dang_uy", "tinh_uy"]).order_by(
        "pk"
    ).first() or Unit.objects.get(key="tinh_uy")


def _note(record: dict[str, Any], subject_known: bool) -> str:
    parts = [record["what_was_done"]]
    if record["what_was_done_basis"] == "inferred_from_title":
        parts.append("(Suy ra từ tên bài; trang nguồn chỉ nêu tên mô hình.)")
    if not record["name_as_published"]:
        parts.append("(Tên do Khéo đặt để mô tả; trang nguồn không đặt tên.)")
    if subject_known:
        parts.append(f"Đơn vị theo nguồn: {record['owner_body']}.")
    parts.append(f"Nơi theo nguồn: {record['place_as_published']}.")
    if record["numbers"].get("other"):
        parts.append(f"Số liệu theo nguồn: {record['numbers']['other']}.")
    return " ".join(parts)


def criteria() -> int:
    """The five published criteria sets, to read and copy from; none of them is Nghệ An's own."""
    new = 0
    for record in read("criteria_sets.json"):
        if CriteriaSet.objects.filter(
            reference=True, source_url=record["source_url"], name=record["name"]
        ).exists():
            continue
        points = any(group["max_points"] for group in record["groups"])
        mode = "grounds" if record["id"].endswith("huybo") else ("points" if points else "checklist")
        made = CriteriaSet.objects.create(
            issuer=record["issuer"],
            year=record["year"],
            name=record["name"],
            mode=mode,
            subject="person"
            if "canhan" in record["id"]
            else ("agency" if "coquan" in record["id"] else "any"),
            applies_to=record["applies_to"][:400],
            rule=record["thresholds"].get("rule") or "",
            bands=[_band(band) for band in record["thresholds"].get("bands", [])],
            completeness=record["completeness"][:200],
            source_url=record["source_url"],
            reference=True,
        )
        for order, group in enumerate(record["groups"]):
            parent = Criterion.objects.create(
                set=made, text=group["name"], max_points=_hundredths(group["max_points"]), order=order
            )
            Criterion.objects.bulk_create(
                Criterion(
                    set=made,
                    parent=parent,
                    text=each["text"],
                    max_points=_hundredths(each["max_points"]),
                    note=each["notes"] or "",
                    order=place,
                )
                for place, each in enumerate(group["criteria"])
            )
        for order, text in enumerate(record["disqualifiers"]):
            Criterion.objects.create(
                set=made,
                text=text if isinstance(text, str) else text["text"],
                disqualifies=True,
                order=90 + order,
            )
        new += 1
    return new


def _hundredths(points: float | None) -> int | None:
    return None if points is None else round(points * 100)


def _band(band: dict[str, Any]) -> dict[str, Any]:
    """A band as criteria sets keep it; `from` is None where the source's lower limit could not be read."""
    return {"name": band["label"], "from": _hundredths(band["min"])}


def reported_figures() -> int:
    """Figures that pages publish about Nghệ An: beside the count, never added to it."""
    return ReportedFigure.objects.take_in(read("reported_figures.json"))
