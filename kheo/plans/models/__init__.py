from .criteria import CriteriaSet, Criterion, Node, points_words
from .movements import Field, Mandate, Movement, current_movement
from .plans import CalendarEntry, FormField, Plan, PlanField, PlanStep, PlanTask, Target, shipped_form

__all__ = [
    "CalendarEntry",
    "CriteriaSet",
    "Criterion",
    "Field",
    "FormField",
    "Mandate",
    "Movement",
    "Node",
    "Plan",
    "PlanField",
    "PlanStep",
    "PlanTask",
    "Target",
    "current_movement",
    "points_words",
    "shipped_form",
]
