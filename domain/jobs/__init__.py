"""Work in the background: jobs, when they are tried again, and the schedules that ask for them."""
