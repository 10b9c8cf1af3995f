"""Batch loaders on aiodataloader: what one step of an operation asks for becomes one statement."""

from loaders.batch import BatchLoader, RunningBatches

__all__ = ["BatchLoader", "RunningBatches"]
