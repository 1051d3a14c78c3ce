"""One file a step, named by its date. A step that ran anywhere is never edited: write the next one."""
