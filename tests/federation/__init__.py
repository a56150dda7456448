"""Whole servers talking over real sockets: ours with ours, and ours with a stranger's."""
