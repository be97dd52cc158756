"""The parts of bench_engine.py: what is measured, against whom, and how the figures are told."""
