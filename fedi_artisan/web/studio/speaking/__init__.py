"""Where an artisan says something besides her works: entries of her journal, answers, messages."""
