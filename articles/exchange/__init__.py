"""In and out: what other systems wrote becomes articles, and articles become what other systems read."""
