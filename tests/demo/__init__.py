"""The demo: sample feeds written for this project, the local server that serves them, and the round over them."""
