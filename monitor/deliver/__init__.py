"""The network out: mail and folders."""
