"""The studio on the phone: installed there, and shared to."""
