"""What monitor costs and how good it is, measured on this machine in one run."""
