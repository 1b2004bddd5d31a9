"""The catalogues of words, for those who build or change the program: collected, brought up to date, compiled."""
