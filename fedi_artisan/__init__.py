"""fedi-artisan: an ActivityPub server with which each artisan hosts her own portfolio."""

__version__ = "0.1.0"
