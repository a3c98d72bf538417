"""Whether a picture or clip is what a camera saw: forged faces and injected media."""
