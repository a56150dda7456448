"""How an artisan begins: the first steps, and what is still to be done after them."""
