"""Phones that work without signal, and what they deliver."""

from kheo.offline.models.continuations import Continuation, ContinuationLine
from kheo.offline.models.deliveries import Delivery, ExpectedPhoto
from kheo.offline.models.phones import Phone
from kheo.offline.models.uploads import Upload

__all__ = ["Continuation", "ContinuationLine", "Delivery", "ExpectedPhoto", "Phone", "Upload"]
