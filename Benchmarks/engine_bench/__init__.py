"""The parts of bench_engine.py: what is measured, against which opponents, and how the figures are printed."""
