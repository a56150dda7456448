"""ActivityStreams 2.0: the only reader (`parse`) and writer (`render`) of its JSON, and of HTML that travels in it."""
