"""What other programs read: feeds, sitemap, frames, structured data, and what machines may do."""
