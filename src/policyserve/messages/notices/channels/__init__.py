"""Ways to an agent's phone, one module each behind one small interface (`channel.Channel`)."""
