"""HTTP signatures in both dialects behind one door: `verify.read` and `sign.sign`."""
