"""How an artisan gets into her studio, and how she changes that."""
