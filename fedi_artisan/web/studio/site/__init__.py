"""What she changes of her site: profile, appearance, order, series, pages."""
