"""What was ordered (văn bản chỉ đạo): directives, their assignments, and the answers to them."""

from .directive import Addressee, Assignment, Directive, DirectiveQuerySet, Reference, Step
from .duty import Duty, DutyQuerySet, Reply, ReplyQuerySet

__all__ = [
    "Addressee",
    "Assignment",
    "Directive",
    "DirectiveQuerySet",
    "Duty",
    "DutyQuerySet",
    "Reference",
    "Reply",
    "ReplyQuerySet",
    "Step",
]
