"""Work in the background: jobs and schedules, in the server process or in one of its own."""
