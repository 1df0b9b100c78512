"""Résumés of invented people printed by templates that others made: what `templates_corpus.py` writes.

`people.py` knows the people, `web_themes.py`, `typst_themes.py` and `latex_classes.py` print them, `conversions.py`
makes other formats of what was printed, `printed.py` tells what a template prints and so what may be labelled.
"""
