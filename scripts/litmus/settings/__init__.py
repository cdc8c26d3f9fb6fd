"""The config as typed, closed models: all mistakes at once, the nearest valid key suggested."""

from litmus.settings.reading import read
from litmus.settings.settings import Settings

__all__ = ["Settings", "read"]
