"""What others do: replies, reactions, followers."""
