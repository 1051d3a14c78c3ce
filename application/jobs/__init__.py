"""Jobs and schedules: asked for, run, watched, cancelled and tried again."""
