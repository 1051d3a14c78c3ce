"""What every concept of the domain needs: ids, money, text, events, errors."""
