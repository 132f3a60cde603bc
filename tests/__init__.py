"""Tests of the book. Threads are kept few before NumPy and PyTorch load, so that results and
times do not depend on what else the machine is doing."""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
