"""Contracts: what a policy is on any day, told once; `docs/planning.md` has the rules in words.

Terms, instalments and their days, the amount due with riders and changes, payments, grace, suspension, reinstatement,
state and end. Everybody else asks here. Pure columns: no SQL, no clock.
"""
