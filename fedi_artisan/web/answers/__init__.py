"""How answers go out: rendered once, kept, in the coding that is wanted."""
