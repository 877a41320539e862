"""Feed documents: bytes in, records out."""
