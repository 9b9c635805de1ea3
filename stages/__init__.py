"""The stages of the pipeline, one command each: read params.yaml, call gmn, write outs."""
