"""Complaints as a closed loop: which step may follow which, and the records of the steps taken."""
