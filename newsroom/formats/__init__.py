"""How dates and times are written where Django writes them, in the lists and forms of the desk."""
