"""A whole store in the memory of one process: every port, transactional, gone when the process ends."""
