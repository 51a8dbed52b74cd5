"""Outreach campaigns: what each says and asks, checked, and where on the ground it is found."""
