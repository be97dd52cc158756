"""Models of random weights in published shapes: the same weights as an MLX folder and as a GGUF file."""
