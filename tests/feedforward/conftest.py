"""One thread for PyTorch, the oracle: its results then do not depend on the machine's load."""

import torch
from hypothesis import HealthCheck, settings

torch.set_num_threads(1)

# The machines that run this are shared and slow at times; a slow example is not a wrong one.
settings.register_profile(
    "book",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("book")
