"""The stages of the pipeline, one command each: read params.yaml, call gmn, write outs."""

import os

# Before NumPy is imported. More threads gain little at these sizes, and fight for cores that have other work;
# where a network is large, `threads` of params.yaml gives it more.
os.environ.setdefault("OMP_NUM_THREADS", "1")
