"""Following, liking, boosting and answering from an account elsewhere, as a visitor's browser does it."""
