"""The screen: how rows, sentences and figures become what a person reads."""
