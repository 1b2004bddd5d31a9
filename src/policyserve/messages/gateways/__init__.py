"""Gateways: the ways out, one folder each behind one small interface (`gateway.Gateway`)."""
