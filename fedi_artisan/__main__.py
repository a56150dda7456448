"""`python -m fedi_artisan` is the command `fedi-artisan`."""

from fedi_artisan.cli import main

main()
