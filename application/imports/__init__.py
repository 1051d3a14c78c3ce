"""Files taken in row by row: formats, a verdict a row, a unit of work a batch."""
