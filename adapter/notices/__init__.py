"""What is told to whom: texts, letters, signed news of states. Nothing personal goes into any of them."""
