"""What she sets without a file, and how the house stands."""
