"""The explorer: choose what the networks may look at and touch, and see what they imagine.

One page, two ways: served with live networks (:mod:`gmn.explore.server`), or inside the report with answers computed
before (:meth:`gmn.explore.explorer.Explorer.album`).
"""
