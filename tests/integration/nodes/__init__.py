"""Real processes of the adapter at one database: killed, paused, upgraded, asked at once."""
