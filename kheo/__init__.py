"""Kheo runs a community emulation movement, from the directive to lasting results."""

__version__ = "0.1.0"
