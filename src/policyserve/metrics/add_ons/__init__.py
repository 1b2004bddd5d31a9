"""Add-ons (加保): who bought again, and who might."""
