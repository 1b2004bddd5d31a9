"""Operations: what the system does, a module per topic; one function, one transaction, shared by every entrance.

Time and language are arguments. Entrances (`cli`, `web`, `scheduler`) open no transactions: they call these.
"""
