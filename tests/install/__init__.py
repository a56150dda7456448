"""Ways to install what is built here, tried as far as one machine allows."""
