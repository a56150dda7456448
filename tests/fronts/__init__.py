"""Web servers in front of ours: the files of deploy/ as they stand, and the real programs that read them."""
