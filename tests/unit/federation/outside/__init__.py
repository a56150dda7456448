"""How the house looks from outside: each fault that others would meet is found, and told with a way out."""
