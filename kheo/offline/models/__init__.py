"""Phones that work without signal, and what they deliver."""

from kheo.offline.models.deliveries import Delivery, ExpectedPhoto
from kheo.offline.models.phones import Phone

__all__ = ["Delivery", "ExpectedPhoto", "Phone"]
