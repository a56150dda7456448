"""What the server costs, each figure beside the limit that the same machine showed in the same run."""
